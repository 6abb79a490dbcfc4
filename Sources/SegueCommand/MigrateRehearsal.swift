internal import Authentication
internal import Directory
internal import Glibc
internal import Identity
internal import Migration
internal import Settings
internal import Telemetry

/// One reading of the table: what the rules make of each row, and who is in Clerk already. Nothing is written.
struct MigrateRehearsal: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let selection: MigrationSelection
    private let now: UnixTime

    /// What a reading came to: the report, and for whoever goes on, each row's part.
    struct Reading: Sendable {
        let report: MigrationReport
        let people: [PlannedPerson]
        let creatable: [ClerkRollCall.Person]
        let shared: SharedIdentifiers
    }

    init(_ settings: Settings, _ directory: DirectorySettings, _ selection: MigrationSelection, at now: UnixTime) {
        (self.settings, self.directory, self.selection, self.now) = (settings, directory, selection, now)
    }

    var isAboutOnePerson: Bool {
        switch selection {
        case .user, .email: true
        case .everybody, .cohort: false
        }
    }

    /// With Clerk's word on who is there, where it can be had. Runs on a loop.
    func report() async throws(DirectorySchema.Failure) -> MigrationReport {
        let reading = try await read()
        var report = reading.report
        report.isClerkUnasked = await callRoll(reading.creatable, into: &report.lint)
        return report
    }

    private func callRoll(_ people: [ClerkRollCall.Person], into lint: inout MigrationLint) async -> String? {
        if settings.clerk?.secretKey != nil, people.isEmpty { return nil }
        // Its word is one of many: where it is away, somebody who only looks does not wait for it.
        let asked = await ClerkLookUps.with(settings.clerk, isPatient: false) { calls in
            await ClerkRollCall(calls).call(people, into: &lint)
        }
        return asked ?? ClerkLookUps.keyIsMissing
    }

    /// Runs on a loop.
    func read() async throws(DirectorySchema.Failure) -> Reading {
        let rules = MigrationRules(directory, settings.migrate)
        var lint = MigrationLint()
        var previews: [CreateUser] = []
        var people: [PlannedPerson] = []
        var creatable: [ClerkRollCall.Person] = []
        var identifiers = SharedIdentifiers()
        var progress = RowProgress()
        let names = try await DirectorySchema(directory).migrationRows(selection, settings.migrate) { rows, shared in
            for row in rows {
                let decision = rules.decide(row, among: shared, at: now)
                lint.add(decision, of: row.user.id)
                people.append(PlannedPerson(id: row.user.id, settlement: decision.settlement))
                guard case .create(let user, _) = decision else { continue }
                creatable.append(.init(id: row.user.id, email: user.emailAddress?.value))
                if isAboutOnePerson { previews.append(user) }
            }
            identifiers = shared
            progress.report(lint.rows)
        }
        progress.end()
        let key = MigrationEstimate.Key(settings.clerk)
        let report = MigrationReport(lint: lint, people: previews, names: names, key: key)
        return Reading(report: report, people: people, creatable: creatable, shared: identifiers)
    }
}

/// One line on a terminal, written over once for each page; elsewhere nothing.
private struct RowProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    mutating func report(_ rows: Int) {
        guard isShown else { return }
        Terminal.progress("\(counted(rows, "row")) read")
        isBegun = true
    }

    mutating func end() { if isBegun { Terminal.progress("") } }
}

extension MigrationEstimate.Key {
    /// By the publishable key, which is no secret; `nil`: no word of it.
    init?(_ clerk: ClerkSettings?) {
        guard let clerk else { return nil }
        if let key = clerk.publishableKey {
            self = key.hasPrefix("pk_live_") ? .live : .test
        } else if let secret = clerk.secretKey?.expose() {
            let live = ["sk_live_", "live_"].contains { secret.starts(with: Array($0.utf8)) }
            self = live ? .live : .test
        } else {
            return nil
        }
    }
}
