package import Authentication
package import Telemetry

/// What commands read of the ledger and the links, each on a connection of its own.
extension DirectorySchema {
    package func progress(_ selection: MigrationSelection, at now: UnixTime) async throws(Failure) -> MigrationProgress {
        try await edit { editor throws(DirectoryError) in
            do throws(DirectoryError) { return try await editor.session().progress(selection, at: now) } catch .invalidValue {
                throw .misfit(.refused("a value of the filter does not fit its column", sqlstate: nil))
            }
        }
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

    /// All links in the order of the rows, until `page` says that it wants no more.
    package func linkedPairs(_ page: ([LinkedPair]) async -> Bool) async throws(Failure) {
        try await edit { editor throws(DirectoryError) in try await editor.session().linkedPairs(page) }
    }

    /// Clerk users that more than one row is linked to, each with its rows.
    package func sharedClerkUsers() async throws(Failure) -> [(clerkUser: ClerkUserID, users: [UserID])] {
        try await edit { editor throws(DirectoryError) in try await editor.session().sharedClerkUsers() }
    }

    /// Clerk users whom Segue created, of whom `segue.links` says nothing and whose creation was not undone.
    package func createdUnrecorded() async throws(Failure) -> [CreatedUser] {
        try await edit { editor throws(DirectoryError) in try await editor.session().createdUnrecorded() }
    }

    /// The most entries that are undone at a time.
    package static var undoEntriesMax: Int { Limits.undoEntries }
}
