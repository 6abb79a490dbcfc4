package import Telemetry

/// What commands read of the ledger and the links, each on a connection of its own.
extension DirectorySchema {
    package func progress(at now: UnixTime) async throws(Failure) -> MigrationProgress {
        try await edit { editor throws(DirectoryError) in try await editor.session().progress(at: now) }
    }

    package func verifyLedger() async throws(Failure) -> LedgerVerdict {
        try await edit { editor throws(DirectoryError) in try await editor.session().verifyLedger() }
    }

    /// The latest rows that a filter lets pass, in the order in which they were written.
    package func ledgerRows(_ filter: LedgerFilter, most count: Int) async throws(Failure) -> [LedgerRow] {
        try await edit { editor throws(DirectoryError) in try await editor.session().ledgerRows(filter, most: count) }
    }

    /// Every row, page by page, until `page` says that it wants no more; and the head of the chain.
    package func exportLedger(_ page: ([LedgerRow]) -> Bool) async throws(Failure) -> LedgerHead {
        try await edit { editor throws(DirectoryError) in try await editor.session().exportLedger(page) }
    }

    /// What the ledger says about a selection; `nil`: it is more than is undone at a time.
    package func undoFindings(_ selection: UndoSelection) async throws(Failure) -> UndoFindings? {
        try await edit { editor throws(DirectoryError) in try await editor.session().undoFindings(selection) }
    }

    /// The most entries that are undone at a time.
    package static var undoEntriesMax: Int { Limits.undoEntries }
}
