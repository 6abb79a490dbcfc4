import Files
import Glibc
import Sockets
import Testing

@Suite struct ChildProcessTests {
    /// Waits for the end and returns what was said.
    private func run(_ words: [String], environment: [String: String] = [:]) throws -> (ChildProcess.End?, String) {
        let folder = try TemporaryFolder(prefix: "segue-child-")
        defer { folder.remove() }
        let child = try ChildProcess("/bin/sh", ["sh"] + words, environment: environment, output: folder.file("output"))
        wait { child.ended() != nil }
        return (child.ended(), String(decoding: try Files.read(folder.file("output"), bytesMax: 1 << 16), as: UTF8.self))
    }

    /// Not for ever, so that a test whose child does nothing fails by what it sees.
    private func wait(until isTrue: () throws -> Bool) rethrows {
        let deadline = Clock.monotonicMilliseconds() + 60_000
        while try !isTrue(), Clock.monotonicMilliseconds() < deadline { usleep(2_000) }
    }

    @Test func `both outputs go to the file, and the exit code is told`() throws {
        #expect(try run(["-c", "echo out; echo err >&2; exit 7"]) == (.exited(7), "out\nerr\n"))
    }

    @Test func `it has the given environment and nothing else, and no input`() throws {
        #expect(try run(["-c", "echo $A $HOME; cat"], environment: ["A": "b c"]) == (.exited(0), "b c\n"))
    }

    @Test func `a program that is not there ends with 127`() throws {
        #expect(try run(["-c", "exec /no/such/program"]).0 == .exited(127))
        let folder = try TemporaryFolder(prefix: "segue-child-")
        defer { folder.remove() }
        let child = try ChildProcess("/no/such/program", ["program"], environment: [:], output: folder.file("output"))
        wait { child.ended() != nil }
        #expect(child.ended() == .exited(127))
    }

    @Test func `an output that cannot be made is an error, and nothing is started`() {
        #expect(throws: SystemError.self) {
            try ChildProcess("/bin/sh", ["sh", "-c", ":"], environment: [:], output: "/no/such/folder/output")
        }
    }

    @Test(arguments: [("exec sleep 60", 15), ("trap '' TERM; while :; do sleep 1; done", 9)] as [(String, Int32)])
    func `it is stopped by SIGTERM, or by force when it will not listen`(script: String, signal: Int32) throws {
        let folder = try TemporaryFolder(prefix: "segue-child-")
        defer { folder.remove() }
        let child = try ChildProcess(
            "/bin/sh", ["sh", "-c", "echo begun; \(script)"], environment: ["PATH": "/usr/bin:/bin"], output: folder.file("output"))
        try wait { try !Files.read(folder.file("output"), bytesMax: 100).isEmpty }
        #expect(child.ended() == nil)
        child.stop(withinMilliseconds: 200)
        #expect(child.ended() == .signal(signal))
        child.stop(withinMilliseconds: 0)
    }
}
