package import Authentication
package import Identity
package import Settings
import Sockets
package import Telemetry

/// What `segue finalize` asks and does, on a connection of its own that knows no statement timeout.
extension DirectorySchema {
    package func finalizeFindings(_ settings: Settings, at now: UnixTime) async throws(Failure) -> FinalizeFindings {
        try await edit { editor throws(DirectoryError) in try await editor.session().finalizeFindings(settings, at: now) }
    }

    /// Does a step if everything still holds at the moment at which it begins.
    package func finalize(
        _ step: FinalizeStep, _ settings: Settings, quietDays: Int, note: OperatorNote, patienceSeconds: Int, at now: UnixTime,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws(Failure) -> FinalizeOutcome {
        try await edit { editor throws(DirectoryError) in
            let work = FinalizeWork(
                session: try await editor.session(), note: note, patienceMilliseconds: Int64(patienceSeconds) * 1_000,
                progress: progress)
            guard try await work.isAlone() else { return .busy }
            let findings = try await work.session.finalizeFindings(settings, at: now)
            let state = step.state(in: findings.table)
            guard FinalizeGates(findings, quietDays: quietDays, at: now).areHeld else {
                guard state == .begun else { return .refused(findings) }
                return try await work.ending { () async throws(DirectoryError) in
                    try await work.takeBackProof(within: work.patienceMilliseconds)
                    return .takenBack(findings)
                }
            }
            switch state {
            case .open, .begun: break
            case .done: return .done(rows: 0)
            case .needless, .blocked: return .refused(findings)
            }
            if let obstacle = try await work.obstacle(to: step) { return .failed(obstacle) }
            return try await work.ending { () async throws(DirectoryError) in
                let rows = try await work.run(step)
                while try await work.session.seal() > 0 {}
                // Somebody may have written meanwhile what the step was to end.
                let table = try await work.session.finalizeTable()
                switch step.state(in: table) {
                case .done, .needless: return .done(rows: rows)
                case .open, .begun, .blocked: return .unfinished(table)
                }
            }
        }
    }

    /// The latest entry such that a dump that begins now holds it and all before it.
    package func settledEntry() async throws(Failure) -> Int64 {
        try await edit { editor throws(DirectoryError) in try await editor.session().settledEntry() }
    }

    /// That a dump was made which holds all up to an entry.
    package func recordBackup(
        _ digest: String, upTo entry: Int64, _ note: OperatorNote, at now: UnixTime
    ) async throws(Failure) {
        let detail = OperatorNote.backup(digest, upTo: entry)
        try await edit { editor throws(DirectoryError) in
            let session = try await editor.session()
            try await session.append(
                LedgerEntry(
                    .backup, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: now, note: note, detail: detail))
            while try await session.seal() > 0 {}
        }
    }

    /// Whether there is such a row; nothing is written where they were waived before.
    package func waive(_ user: UserID, _ note: OperatorNote, at now: UnixTime) async throws(Failure) -> WaiveOutcome {
        try await edit { editor throws(DirectoryError) in
            let session = try await editor.session()
            guard let row = try await session.user(user) else { return .noSuchUser }
            if try await session.isWaived(row.id) { return .waivedBefore }
            try await session.append(
                LedgerEntry(.waive, user: row.id, clerkUser: nil, rule: nil, requestID: nil, time: now, note: note))
            while try await session.seal() > 0 {}
            return .waived
        }
    }

    /// Whether statements may reach other server processes than the ones before them.
    package func isPooled() async throws(Failure) -> Bool {
        guard case .postgres(let url) = location else { return false }
        return try await Self.pooling(at: .postgres(directURL ?? url)) == .transaction
    }
}

package enum WaiveOutcome: Sendable, Hashable { case waived, waivedBefore, noSuchUser }

extension OperatorNote {
    /// Of an entry that says that a dump was made.
    static let backupPrefix = "backup sha256:"

    static func backup(_ digest: String, upTo entry: Int64) -> String { "\(backupPrefix)\(digest) up to entry \(entry)" }

    /// The last entry that the dump holds for certain, where the detail says it.
    static func backedUp(_ detail: String?) -> Int64? { detail?.split(separator: " ").last.flatMap { Int64($0) } }
}
