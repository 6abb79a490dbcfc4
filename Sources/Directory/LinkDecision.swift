import Authentication
import Identity

/// What a link transaction has read, after it locked the row.
struct LinkEvidence {
    /// The row to be linked, as it is now.
    var row: DirectoryUser?
    /// The row that this Clerk user is linked to already.
    var linkedRow: DirectoryUser?
    /// What `segue.links` says about either of the two.
    var links: [LinkRecord] = []
    /// What the mapping table says about either of the two.
    var mappings: [LinkRecord] = []
}

/// One internal user and one Clerk user, as a table of links has them.
struct LinkRecord: Hashable {
    let user: UserID
    let clerkUser: ClerkUserID
    var isTombstoned = false
}

enum LinkDecision: Hashable {
    case write
    case answer(LinkOutcome)
}

extension NewLink {
    /// Everything that the proof was made on must still be so. A record that contradicts the row is never overwritten:
    /// a person settles that.
    func decide(on evidence: LinkEvidence) -> LinkDecision {
        if let linked = evidence.linkedRow { return .answer(.existing(linked)) }
        guard let row = evidence.row, row.isActive else { return .answer(.changed) }
        guard row.clerkUser == nil else { return .answer(.rowTaken) }
        if let expectedEmail {
            guard let email = row.email, foldedASCII(email) == foldedASCII(expectedEmail) else { return .answer(.changed) }
        }
        let records = evidence.links + evidence.mappings
        if records.contains(where: \.isTombstoned) { return .answer(.changed) }
        let isContradicted = records.contains { ($0.user == row.id) != ($0.clerkUser == clerkUser) }
        return isContradicted ? .answer(.rowTaken) : .write
    }
}
