package import Authentication
package import Identity
package import Telemetry

extension DirectoryThread {
    /// What the ledger has against undoing an entry now; `nil`: nothing.
    package func mayUndo(_ row: LedgerRow) async throws(Unavailable) -> UndoOutcome? {
        try await ask(readers) { session throws(DirectoryError) in try await session.mayUndo(row) }
    }

    package func undo(
        _ row: LedgerRow, _ note: OperatorNote, keepsSeen: Bool, at time: UnixTime
    ) async throws(Unavailable) -> UndoOutcome {
        let outcome = try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.undo(row, note, keepsSeen: keepsSeen, at: time)
        }
        noteUnsealed()
        return outcome
    }
}
