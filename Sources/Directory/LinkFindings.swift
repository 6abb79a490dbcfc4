import Authentication
import Identity

/// What a link transaction finds after it has locked the row.
struct LinkFindings {
    /// The row to be linked, as it is now.
    var row: DirectoryUser?
    /// The row that this Clerk user is linked to already.
    var linkedRow: DirectoryUser?
    /// Rows with the row's e-mail, where the proof rests on there being one.
    var emailRows: [DirectoryUser] = []
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

extension NewLink {
    /// What the link comes to without being written; `nil`: it may be written. Everything that the proof was made on must
    /// still be so; of what is different the rules judge anew. A record that contradicts the row is never overwritten: a
    /// person settles that.
    func outcome(on findings: LinkFindings) -> LinkOutcome? {
        if let linked = findings.linkedRow { return .existing(linked) }
        guard let row = findings.row, row.isActive else { return .changed }
        guard row.clerkUser == nil else { return .rowTaken }
        guard row == self.row, findings.emailRows.allSatisfy({ $0.id == row.id }) else { return .changed }
        let records = findings.links + findings.mappings
        if records.contains(where: \.isTombstoned) { return .changed }
        let isContradicted = records.contains { ($0.user == row.id) != ($0.clerkUser == clerkUser) }
        return isContradicted ? .rowTaken : nil
    }
}
