internal import Crypto
internal import Directory
internal import Files
internal import Settings
internal import Sockets
internal import Telemetry

/// The dump before a migration.
enum MigrateBackup {
    struct Made {
        /// Its SHA-256.
        let digest: String
        /// The dump holds the ledger up to this entry for certain.
        let entry: Int64
    }

    /// What a dump is called until it is whole: one that was cut short is not taken for a dump.
    static func unfinished(_ file: String) -> String { file + ".part" }

    /// `nil` when none is wanted. Nothing that is there is written over.
    static func make(_ file: String?, _ directory: DirectorySettings) async throws -> Made? {
        guard let file else { return nil }
        let part = try begin(file)
        do {
            let entry = try await DirectorySchema(directory).settledEntry()
            try await fill(part, directory)
            return Made(digest: try finish(part, as: file), entry: entry)
        } catch {
            Files.remove(part)
            throw error
        }
    }

    /// Makes the empty file that SQLite and pg_dump take, and whose mode they keep: a dump holds digests of passwords.
    private static func begin(_ file: String) throws -> String {
        try refuse(file)
        let part = unfinished(file)
        guard !Files.exists(part) else {
            throw RunRefusal(
                reason: "\(part) is there: of a backup that goes on, or that was cut short; remove it if none goes on")
        }
        do throws(FileError) { try Files.create(part, [], mode: 0o600) } catch {
            throw RunRefusal(reason: "the backup: \(error)")
        }
        return part
    }

    /// Gives the whole dump its name; returns its SHA-256.
    private static func finish(_ part: String, as file: String) throws -> String {
        let digest = RunningDigest()
        do throws(FileError) { try Files.read(part, pieces: 1 << 20) { digest.add($0) } } catch {
            throw RunRefusal(reason: "the backup cannot be read again: \(error)")
        }
        try refuse(file)
        do throws(FileError) { try Files.move(part, to: file) } catch { throw RunRefusal(reason: "the backup: \(error)") }
        return Hexadecimal.encode(digest.finish())
    }

    private static func refuse(_ file: String) throws {
        guard Files.exists(file) else { return }
        throw RunRefusal(reason: "\(file) is there already; a backup is never written over")
    }

    private static func fill(_ file: String, _ directory: DirectorySettings) async throws {
        switch directory.location {
        case .sqlite: try await DirectorySchema(directory).copy(to: file)
        case .postgres(let url): try await dump(directory.directURL ?? url, to: file)
        }
    }

    /// With the connection string in the environment, where no list of processes shows it.
    private static func dump(_ url: Secret, to file: String) async throws {
        guard let variables = DirectorySchema.variables(of: url) else {
            throw RunRefusal(reason: "directory.url is not a connection string that pg_dump can take")
        }
        var environment = variables
        environment["PATH"] = Environment.all["PATH"] ?? "/usr/bin:/bin"
        let folder = try TemporaryFolder(prefix: "segue-dump-")
        defer { folder.remove() }
        let said = folder.file("output")
        let child = try ChildProcess(
            "/usr/bin/env", ["env", "pg_dump", "--format=custom", "--no-password", "--file=\(file)"], environment: environment,
            output: said)
        while child.ended() == nil { await sleep(milliseconds: 100) }
        let words = (try? Files.read(said, bytesMax: 1 << 16)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard child.ended() == .exited(0) else {
            throw RunRefusal(
                reason: "pg_dump failed: \(words.isEmpty ? "it said nothing" : words); nothing was done")
        }
    }
}
