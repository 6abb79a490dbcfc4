package import Authentication
package import Identity
package import Telemetry

extension DirectoryThread {
    /// What stands against undoing these entries about one person, the database's own rules included; nothing is changed.
    /// - Parameter rows: all that are undone together.
    package func rehearseUndo(
        _ rows: [LedgerRow], _ note: OperatorNote, at time: UnixTime
    ) async throws(Unavailable) -> UndoObstacle? {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.rehearseUndo(rows, note, at: time)
        }
    }

    /// Before a Clerk user is deleted by us: unless something is against it, the message of Clerk's about it is to change nothing.
    /// - Parameter others: as of `undo`.
    package func announceEnd(
        of clerkUser: ClerkUserID, _ row: LedgerRow, with others: [LedgerRow], at now: UnixTime
    ) async throws(Unavailable) -> EndNotice {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.announceEnd(of: clerkUser, row, with: others, at: now)
        }
    }

    /// The Clerk user stays after all.
    package func withdrawEnd(of clerkUser: ClerkUserID) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.withdrawEnd(of: clerkUser)
        }
    }

    /// - Parameter others: entries about the same person that are undone with it.
    package func undo(
        _ row: LedgerRow, with others: [LedgerRow] = [], _ note: OperatorNote, keepsSeen: Bool, at time: UnixTime
    ) async throws(Unavailable) -> UndoOutcome {
        let outcome = try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.undo(row, with: others, note, keepsSeen: keepsSeen, at: time)
        }
        noteUnsealed()
        return outcome
    }
}
