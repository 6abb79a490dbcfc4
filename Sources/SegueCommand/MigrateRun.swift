internal import Authentication
internal import ClerkAPI
internal import Crypto
internal import Directory
internal import Fetch
internal import Files
internal import Migration
internal import Settings
internal import Snapshot
internal import Sockets
internal import Telemetry

/// `segue migrate` in earnest: plan everybody, dump the database, and take one hundred after the other into Clerk, until
/// all are through or somebody stops it. Running it again goes on where it was.
struct MigrateRun: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let selection: MigrationSelection
    private let order: MigrateOrder
    private let json: Bool
    private let clerk: ClerkSettings
    private let secretKey: Secret
    private let key: MigrationEstimate.Key
    private let run: MigrationRun

    init(
        _ settings: Settings, _ directory: DirectorySettings, _ selection: MigrationSelection, _ order: MigrateOrder, json: Bool
    ) throws {
        (self.settings, self.directory, self.selection, self.order, self.json) = (settings, directory, selection, order, json)
        guard let clerk = settings.clerk, let secretKey = clerk.secretKey, let key = MigrationEstimate.Key(clerk) else {
            throw RunRefusal(reason: "the settings have no clerk.secretKey, without which Clerk creates nobody")
        }
        (self.clerk, self.secretKey, self.key) = (clerk, secretKey, key)
        run = MigrationRun(batch: order.batch, owner: Hexadecimal.encode(RandomBytes.make(12)))
    }

    /// Runs on the loop of the calling thread.
    func run(_ rehearsal: MigrateRehearsal) async -> ExitCode {
        await LongRun.stoppable { isStopping in
            let reading = try await rehearsal.read()
            guard reading.report.lint.rows > 0 || !rehearsal.isAboutOnePerson else {
                return Terminal.fail("no row is that person's", .precondition)
            }
            // Before anything is done: a place that cannot be written to is known now.
            if let file = order.report {
                do throws(FileError) { try write("", to: file) } catch { throw RunRefusal(reason: "--report: \(error)") }
            }
            let backup = try await MigrateBackup.make(order.backup, directory)
            let thread = try DirectoryThread(directory)
            thread.start()
            defer { thread.stop() }
            return try await work(reading, on: thread, backup: backup, isStopping: isStopping)
        }
    }

    private func work(
        _ reading: MigrateRehearsal.Reading, on thread: DirectoryThread, backup: MigrateBackup.Made?,
        isStopping: @escaping @Sendable () -> Bool
    ) async throws -> ExitCode {
        let store = DirectoryMigration(thread, directory.users, settings.migrate, selection, run)
        try await store.open(backup: backup.map { ($0.digest, $0.entry) }, at: DirectoryVisit.now)
        let isOver = Guarded(false)
        Loop.current?.spawn { await store.live(until: { isOver.withLock { $0 } }) }
        defer { isOver.withLock { $0 = true } }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let client = FetchClient(engine: engine, transfersMax: MigrationLimits.calls)
        let progress = MigrateProgress(of: reading.report.lint.creatable, json: json)
        let pace = DirectoryPace(thread, calls: order.rate ?? key.callsOfOurs, isStopping: isStopping)
        let before = try await store.counts()
        let migrator = Migrator(
            run.batch, hasSucceeded: (before[.linked] ?? 0) > 0, store: store,
            clerk: ClerkUserAdminAPI(clerk, secretKey: secretKey, client: client), pace: pace,
            rules: MigrationRules(directory, settings.migrate), shared: reading.shared,
            takenRules: TakenRules(thread, LinkRules(directory), batch: run.batch), now: { DirectoryVisit.now },
            isStopping: isStopping
        ) { progress.show($0) }
        var halt: MigrationHalt?
        do throws(MigrationHalt) { try await migrator.run(planning: reading.people) } catch { halt = error }
        progress.end()
        let report = MigrateReport(
            batch: run.batch, hasBackup: order.backup != nil, tally: migrator.tally, halt: halt, isAfterStart: reading.report,
            counts: try? await store.counts())
        let said = json ? Terminal.say(report.json) : Terminal.say(report.text)
        if let file = order.report { try write(report.json + "\n", to: file) }
        return said == .ok ? report.code : said
    }

    private func write(_ text: String, to file: String) throws(FileError) {
        let bytes = Array(text.utf8)
        if Files.exists(file) { try Files.replace(file, with: bytes) } else { try Files.create(file, bytes) }
    }
}
