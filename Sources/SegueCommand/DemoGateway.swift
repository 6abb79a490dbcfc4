import Files
import HTTP
import Fetch
import JSON
import Sockets
import Telemetry

/// The gateway of the demo: this program once more, as `segue serve`, with a copy of the settings that it may edit.
final class DemoGateway {
    let settings: String
    let environment: [String: String]
    let adminToken: Secret
    private let folder: TemporaryFolder
    private var process: ChildProcess?
    private(set) var url = ""
    private(set) var adminURL = ""

    /// How long it may take to start, and to stop, on a busy machine.
    private static let patienceMilliseconds: Int64 = 10_000

    init(settings text: [UInt8], in folder: TemporaryFolder, environment: [String: String], adminToken: Secret) throws {
        (self.folder, self.adminToken) = (folder, adminToken)
        settings = folder.file("routes.json")
        var all = environment
        // Of this process's own variables, only what any program needs: another Clerk's keys may be among the rest.
        for name in ["PATH", "HOME", "LD_LIBRARY_PATH"] { all[name] = Environment.value(of: name) }
        all["SEGUE_LISTEN"] = "127.0.0.1:0"
        all["SEGUE_ADMIN_LISTEN"] = "127.0.0.1:0"
        all["SEGUE_ADMIN_TOKEN"] = adminToken.exposeText()
        self.environment = all
        try Files.create(settings, text, mode: 0o600)
    }

    /// Starts it and waits until it has Clerk's keys and the database.
    func start(asking client: FetchClient) async throws {
        process = try start(["serve"], output: folder.file("gateway.log"))
        let addresses = try await value(within: Self.patienceMilliseconds, of: "the gateway to listen") { serving() }
        (url, adminURL) = ("http://\(addresses.listen)", "http://\(addresses.admin)")
        _ = try await value(within: Self.patienceMilliseconds, of: "the gateway to be ready") {
            let request = FetchRequest(.get, "\(adminURL)/readyz", timeoutMilliseconds: 2_000, responseBytesMax: 65_536)
            let ready = try? await client.send(request)
            return ready?.status == .ok ? true : nil
        }
    }

    /// The line in which it says where it listens.
    private func serving() -> (listen: String, admin: String)? {
        for line in log() where line.contains(#""serving""#) {
            guard let entry = try? JSONValue(parsing: Array(line.utf8)) else { continue }
            if let listen = entry["listen"]?.string, let admin = entry["admin"]?.string { return (listen, admin) }
        }
        return nil
    }

    var processID: Int32? { process.flatMap { $0.ended() == nil ? $0.id : nil } }

    /// What it has said so far, line by line.
    func log() -> [String] {
        let bytes = (try? Files.read(folder.file("gateway.log"), bytesMax: 1 << 24)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Runs another subcommand with the same settings and environment; what it said, if it succeeded.
    func run(_ words: [String]) async throws -> String {
        let output = folder.file("command.log")
        let command = try start(words, output: output)
        let end = try await value(within: Self.patienceMilliseconds, of: "segue \(words[0]) to end") { command.ended() }
        let said = String(decoding: try Files.read(output, bytesMax: 1 << 20), as: UTF8.self)
        guard end == .exited(0) else { throw DemoFailure("segue \(words.joined(separator: " ")): \(end): \(said)") }
        return said
    }

    /// This program once more.
    private func start(_ words: [String], output: String) throws(SystemError) -> ChildProcess {
        try ChildProcess("/proc/self/exe", ["segue"] + words + [settings], environment: environment, output: output)
    }

    /// Ends it; nothing of it is left when this returns. Blocks.
    func stop() { process?.stop(withinMilliseconds: Self.patienceMilliseconds) }

    /// The first value that there is; fails when the gateway ends meanwhile, or the time is up.
    private func value<Value>(
        within milliseconds: Int64, of what: String, _ attempt: () async throws -> Value?
    ) async throws -> Value {
        let deadline = Clock.monotonicMilliseconds() + milliseconds
        while true {
            if let value = try await attempt() { return value }
            if let end = process?.ended() { throw DemoFailure("the gateway ended: \(end)") }
            guard Clock.monotonicMilliseconds() < deadline else {
                throw DemoFailure("waited \(milliseconds / 1000) s for \(what)")
            }
            await sleep(milliseconds: 20)
        }
    }
}
