import Authentication
package import Identity

extension LinkRules {
    /// (c) For the page of an invitation: its token came by mail, and the POST is a deliberate act of the session's. The mailbox
    /// stands for the row's owner only where the row's address is known to be theirs; else the row's old credential must come along.
    package func accept(_ evidence: LinkEvidence, _ row: DirectoryUser) -> LinkDecision {
        if evidence.isImpersonated { return .refuse(.impersonated, candidate: nil) }
        if evidence.clerkUser.isBanned || evidence.clerkUser.isLocked { return .refuse(.clerkUserBlocked, candidate: nil) }
        var isOwner = false
        if case .proved(let own) = evidence.legacy {
            // Somebody else's old credential on the same request: two people.
            guard let own, own.id == row.id else { return .refuse(.needsConfirmation, candidate: row.id) }
            isOwner = true
        }
        if let externalID = evidence.clerkUser.externalID, !externalID.isEmpty, evidence.externalRow?.id != row.id {
            return .refuse(.clerkUserLinked, candidate: row.id)
        }
        if let refusal = unfit(row, for: evidence.clerkUser) ?? (isPrivileged(row) ? .privilegedRow : nil) {
            return .refuse(refusal, candidate: row.id)
        }
        if Self.isAddressShared(row, among: evidence.invitedRows) { return .refuse(.ambiguousEmail, candidate: row.id) }
        if !isOwner {
            if let refusal = unproved(row) { return .refuse(refusal, candidate: row.id) }
            // Whoever has an account of their own here was perhaps sent another's invitation to sign for.
            if hasOtherAccount(evidence, than: row) { return .refuse(.needsConfirmation, candidate: row.id) }
        }
        return .link(.invitation, row)
    }

    /// Whether the verified address of the Clerk user names a row that nobody has taken yet, and another one.
    private func hasOtherAccount(_ evidence: LinkEvidence, than row: DirectoryUser) -> Bool {
        guard let primary = evidence.clerkUser.primaryEmail, primary.verification?.status == .verified else { return false }
        return evidence.emailRows.contains { other in
            other.id != row.id && other.clerkUser == nil && (other.email.map { EmailAddress.areSame($0, primary.address) } ?? false)
        }
    }

    /// Whether another row has the row's address, in whatever case: nobody knows whose of the two the mailbox is.
    package static func isAddressShared(_ row: DirectoryUser, among rows: [DirectoryUser]) -> Bool {
        guard let email = row.email else { return false }
        return rows.contains { other in other.id != row.id && (other.email.map { EmailAddress.areSame($0, email) } ?? false) }
    }
}
