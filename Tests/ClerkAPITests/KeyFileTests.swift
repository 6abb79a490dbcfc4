import Files
import Glibc
import JOSE
import Snapshot
import Telemetry
import Testing

@testable import ClerkAPI

@Suite final class KeyFileTests {
    private let directory: String
    private let reports = Guarded<[String]>([])
    private let content = KeyFileContent(
        fetched: UnixTime(seconds: 1_800_000_000), keys: [TestKeys.anotherA, TestKeys.b],
        retired: [.init(key: TestKeys.a, goodUntil: UnixTime(seconds: 1_800_000_090))])

    init() {
        directory = "/tmp/segue-key-file-\(getpid())-\(UInt32.random(in: .min ... .max))"
        unsafe mkdir(directory, 0o700)
    }

    deinit {
        unsafe unlink(path)
        unsafe rmdir(directory)
    }

    private var path: String { "\(directory)/clerk-keys.json" }

    private func file(issuer: String = "https://x.clerk.accounts.dev") -> KeyFile {
        KeyFile(directory: directory, issuer: issuer) { [reports] line in reports.withLock { $0.append(line) } }
    }

    @Test func `what was stored is loaded, two keys of one kid included`() throws {
        file().store(content)
        let loaded = try #require(file().load())
        #expect(loaded.keys == content.keys && loaded.fetched == content.fetched)
        #expect(loaded.retired.map(\.key) == [TestKeys.a] && loaded.retired[0].goodUntil == content.retired[0].goodUntil)
        #expect(reports.withLock { $0 } == [])
    }

    @Test func `storing replaces the file and keeps it private`() throws {
        file().store(content)
        file().store(KeyFileContent(fetched: UnixTime(seconds: 5), keys: [TestKeys.a], retired: []))
        #expect(file().load()?.fetched == UnixTime(seconds: 5))
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test func `no file is no keys, and nothing to report`() {
        #expect(file().load() == nil)
        #expect(reports.withLock { $0 } == [])
    }

    @Test(arguments: [mode_t(0o644), 0o640, 0o606, 0o700])
    func `a file that others could have written or read is refused`(mode: mode_t) {
        file().store(content)
        unsafe chmod(path, mode)
        #expect(file().load() == nil)
        #expect(reports.withLock { $0.count } == 1)
    }

    @Test func `a symbolic link is refused`() throws {
        file().store(content)
        unsafe rename(path, "\(directory)/elsewhere")
        unsafe symlink("\(directory)/elsewhere", path)
        #expect(file().load() == nil)
        unsafe unlink("\(directory)/elsewhere")
    }

    @Test(arguments: ["https://y.clerk.accounts.dev", "https://x.clerk.accounts.dev/", "https://X.clerk.accounts.dev", ""])
    func `keys of another issuer are refused`(issuer: String) {
        file().store(content)
        #expect(file(issuer: issuer).load() == nil)
        #expect(reports.withLock { $0.count } == 1)
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"issuer":"https://x.clerk.accounts.dev"}"#,
        #"{"issuer":"https://x.clerk.accounts.dev","fetched_at_ms":1,"jwks":{"keys":[]},"retired":[]}"#,
        #"{"issuer":"https://x.clerk.accounts.dev","fetched_at_ms":"1","jwks":{"keys":[]}}"#,
        #"{"issuer":"https://x.clerk.accounts.dev","fetched_at_ms":1,"jwks":[]}"#,
    ])
    func `a file that is not one of ours is refused`(text: String) throws {
        try PrivateFile(path: path).write(Array(text.utf8))
        #expect(file().load() == nil)
        #expect(reports.withLock { $0.count } == 1)
    }

    @Test func `a directory that is not there costs a report`() {
        let file = KeyFile(directory: "\(directory)/none", issuer: "x") { [reports] line in reports.withLock { $0.append(line) } }
        file.store(content)
        #expect(reports.withLock { $0.count } == 1)
    }
}
