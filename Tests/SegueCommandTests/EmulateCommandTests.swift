import Testing

@testable import SegueCommand

/// What ends before anything listens; `Tests/Integration/test_emulator.py` runs the rest.
@Suite struct EmulateCommandTests {
    @Test(arguments: [
        ["--listen", "0.0.0.0:0"], ["--listen", ":0"], ["--listen", "[::]:0"], ["--listen", "192.0.2.1:9100"],
        ["--listen", "9100"],
        ["--listen", "example.com:9100"], ["--listen=127.0.0.1"], ["--listen=127.0.0.1:65536"], ["--lisen", "127.0.0.1:0"],
        ["extra"], ["--limits", "staging"], ["--webhook-secret-env", "NAME"],
    ])
    func `only a loopback address is served`(words: [String]) async {
        var arguments = Arguments("segue emulate", "", words)
        #expect(await EmulateCommand.run(&arguments) == .usage)
    }

    @Test(arguments: [
        ["--secret-key-env", "SEGUE_NO_SUCH_VARIABLE"], ["--secret-key-env", "PATH"], ["--seed", "/nonexistent/seed.json"],
        ["--webhook", "http://127.0.0.1:1/", "--webhook-secret-env", "PATH"],
        ["--webhook", "http://127.0.0.1:1/", "--webhook-secret-env", "SEGUE_NO_SUCH_VARIABLE"],
        ["--key", "/nonexistent/key.pem"], ["--key", "/etc/hostname"], ["--seed", "/etc/hostname"],
    ])
    func `what it is given must be there and make sense`(words: [String]) async {
        var arguments = Arguments("segue emulate", "", words + ["--listen", "127.0.0.1:0"])
        #expect(await EmulateCommand.run(&arguments) == .precondition)
    }
}
