/// What ends a migration in the database, one separate act after another; the last cannot be taken back.
package enum FinalizeStep: String, Sendable, CaseIterable {
    /// The columns that Segue added become the application's: `segue schema revert` leaves them.
    case keepColumns = "keep-columns"
    /// Every row has a Clerk user, and the database holds to it.
    case notNull = "not-null"
    /// Every digest of an old password is set to NULL.
    case nullHashes = "null-hashes"
    /// The column that held them goes.
    case dropHashColumn = "drop-hash-column"
}

/// The users table as far as the steps concern it.
package struct FinalizeTable: Sendable, Hashable {
    /// Where the links are.
    package enum Links: Sendable, Hashable {
        case column(name: String)
        /// The id of a row is the Clerk user id.
        case id
        case mapping(table: String)
        /// In `segue.links` alone.
        case ours
    }

    package var name = ""
    package var links = Links.ours
    package var isLinkRequired = false
    /// The proof that no row lacks a Clerk user was begun, and not ended.
    package var isProofBegun = false
    package var rowsWithoutLink = SomePeople()
    /// What becomes of the row of a user whom Clerk has deleted sets the column to NULL.
    package var deletionUnlinks = false
    /// The column that the settings name, where they name one.
    package var hashColumn: String?
    package var hasHashColumn = false
    package var hashes = 0
    /// Columns and unique indexes that `segue schema revert` would take back.
    package var added: [String] = []

    package init() {}
}

extension FinalizeStep {
    package enum State: Sendable, Hashable {
        case open, begun, done
        case needless(Reason)
        case blocked(Block)
    }

    /// Why a step makes no sense here.
    package enum Reason: Sendable, Hashable {
        case nothingAdded, idIsClerkUser, linksInMapping(table: String), linksAreOurs, noHashColumn
    }

    package enum Block: Sendable, Hashable {
        case rowsWithoutLink(SomePeople)
        case deletionUnlinks
        case hashesLeft(Int)
    }

    package func state(in table: FinalizeTable) -> State {
        switch self {
        case .keepColumns: table.added.isEmpty ? .needless(.nothingAdded) : .open
        case .notNull: Self.notNull(table)
        case .nullHashes:
            if table.hashColumn == nil {
                .needless(.noHashColumn)
            } else {
                table.hasHashColumn && table.hashes > 0 ? .open : .done
            }
        case .dropHashColumn:
            if table.hashColumn == nil {
                .needless(.noHashColumn)
            } else if !table.hasHashColumn {
                .done
            } else {
                table.hashes > 0 ? .blocked(.hashesLeft(table.hashes)) : .open
            }
        }
    }

    private static func notNull(_ table: FinalizeTable) -> State {
        switch table.links {
        case .id: return .needless(.idIsClerkUser)
        case .mapping(let name): return .needless(.linksInMapping(table: name))
        case .ours: return .needless(.linksAreOurs)
        case .column: break
        }
        if table.isLinkRequired { return .done }
        // First of all: what was begun holds new rows already, and is ended or taken back.
        if table.isProofBegun { return .begun }
        if table.rowsWithoutLink.count > 0 { return .blocked(.rowsWithoutLink(table.rowsWithoutLink)) }
        if table.deletionUnlinks { return .blocked(.deletionUnlinks) }
        return .open
    }
}
