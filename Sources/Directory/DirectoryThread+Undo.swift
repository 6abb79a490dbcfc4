package import Authentication
package import Identity
package import Telemetry

extension DirectoryThread {
    /// What the ledger has against undoing an entry now; `nil`: nothing.
    /// - Parameter others: entries about the same person that are undone with it.
    package func mayUndo(_ row: LedgerRow, with others: [LedgerRow]) async throws(Unavailable) -> UndoOutcome? {
        try await ask(readers) { session throws(DirectoryError) in try await session.mayUndo(row, with: others) }
    }

    /// What stands against undoing these entries about one person, the database's own rules included; nothing is changed.
    package func rehearseUndo(
        _ rows: [LedgerRow], _ note: OperatorNote, at time: UnixTime
    ) async throws(Unavailable) -> UndoObstacle? {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.rehearseUndo(rows, note, at: time)
        }
    }

    /// Before a Clerk user is deleted by us: the message of Clerk's about it is to change nothing.
    /// - Returns: whether nobody had said so before.
    package func announceEnd(of clerkUser: ClerkUserID, at now: UnixTime) async throws(Unavailable) -> Bool {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.announceEnd(of: clerkUser, at: now)
        }
    }

    /// The Clerk user stays after all.
    package func withdrawEnd(of clerkUser: ClerkUserID) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.withdrawEnd(of: clerkUser)
        }
    }

    /// - Parameter others: as of `mayUndo`.
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
