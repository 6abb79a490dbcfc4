package import Authentication
package import Identity
package import Settings

/// Everything that may decide about a link, read once.
package struct LinkEvidence: Sendable {
    /// The old credential of the same request, as far as it says anything about people.
    package enum Legacy: Sendable, Hashable {
        /// None was sent.
        case none
        /// Expired or forged: no evidence for a row, but whoever sends it may have an old account.
        case unproved
        /// Valid and secure; the row that it names, `nil` when that is gone.
        case proved(DirectoryUser?)
    }

    package var clerkUser: ClerkUser
    package var isImpersonated = false
    /// A message of Clerk's tells of the user; no request has come.
    package var isTold = false
    /// A message has told of the user before this request, and its link was refused, or made and taken away since.
    package var wasTold = false
    /// Whether our ledger created this Clerk user.
    package var isLedgerCreated = false
    package var legacy = Legacy.none
    /// The row whose id is Clerk's `external_id`.
    package var externalRow: DirectoryUser?
    /// Rows with Clerk's primary address; two are enough to know that it is ambiguous.
    package var emailRows: [DirectoryUser] = []
    /// Rows with the address that an invitation was sent to.
    package var invitedRows: [DirectoryUser] = []

    package init(clerkUser: ClerkUser) { self.clerkUser = clerkUser }
}

package enum LinkRule: String, Sendable, CaseIterable {
    case externalID = "external_id"
    case legacyCredential = "legacy_credential"
    case verifiedEmail = "verified_email"
    /// Somebody with both credentials has said that both accounts are theirs.
    case confirmed
    /// Somebody with a Clerk session has accepted an invitation of ours.
    case invitation

    /// Whether the proof rests on the e-mail naming one row only: with an old credential or an external id, these name it. An
    /// invitation is proof of a mailbox, which speaks for a row only where it is no other row's.
    var needsSoleEmail: Bool { self == .verifiedEmail || self == .invitation }
}

package enum LinkDecision: Sendable, Hashable {
    case link(LinkRule, DirectoryUser)
    case provision
    case refuse(LinkRefusal, candidate: UserID?)
}

/// When a Clerk user without a link gets one (design §3, "Linking"): rules (a), (b) and (d), in this order. Rule (c) is an
/// invitation of ours. A rule whose premise holds decides; where its proof fails, the answer is a refusal with a
/// code, never the next weaker rule and never a new row.
package struct LinkRules: Sendable {
    private let linking: DirectorySettings.Linking
    /// Whether the users table has addresses at all; without them rule (d) can say nothing, for or against.
    let hasEmails: Bool

    package init(_ directory: DirectorySettings) {
        linking = directory.linking
        hasEmails = directory.users.email != nil
    }

    package func decide(_ evidence: LinkEvidence) -> LinkDecision {
        if evidence.isImpersonated { return .refuse(.impersonated, candidate: nil) }
        if evidence.clerkUser.isBanned || evidence.clerkUser.isLocked { return .refuse(.clerkUserBlocked, candidate: nil) }
        if let externalID = evidence.clerkUser.externalID, !externalID.isEmpty { return byExternalID(evidence) }
        if case .proved(let row) = evidence.legacy { return byLegacyCredential(row, evidence) }
        return hasEmails ? byVerifiedEmail(evidence) : unknown(evidence)
    }

    /// (a) Only the back end can write `external_id`, and it is unique in the instance.
    private func byExternalID(_ evidence: LinkEvidence) -> LinkDecision {
        guard let row = evidence.externalRow else { return .refuse(.externalIDUnknown, candidate: nil) }
        // Somebody else's old credential on the same request: two people, and no link is made on such a request.
        if case .proved(let other) = evidence.legacy, other?.id != row.id {
            return .refuse(.needsConfirmation, candidate: other?.id)
        }
        if let refusal = unfit(row, for: evidence.clerkUser) { return .refuse(refusal, candidate: row.id) }
        return .link(.externalID, row)
    }

    /// (b) The credential proves the row, and the equal address proves that the session is not a stranger's. Either
    /// alone would not do: an attacker can plant their own cookie beside a victim's session.
    private func byLegacyCredential(_ row: DirectoryUser?, _ evidence: LinkEvidence) -> LinkDecision {
        guard let row, let rowEmail = row.email, let primary = evidence.clerkUser.primaryEmail,
            EmailAddress.areSame(primary.address, rowEmail)
        else { return .refuse(.needsConfirmation, candidate: row?.id) }
        if let refusal = unproved(primary, evidence) ?? unfit(row, for: evidence.clerkUser) {
            return .refuse(refusal, candidate: row.id)
        }
        return .link(.legacyCredential, row)
    }

    /// For the confirmation page: both credentials came with a deliberate act. They prove one person's browser, and no more:
    /// what has an owner, a tombstone or a privilege is not given away by it.
    package func confirm(_ evidence: LinkEvidence) -> LinkDecision {
        if evidence.isImpersonated { return .refuse(.impersonated, candidate: nil) }
        if evidence.clerkUser.isBanned || evidence.clerkUser.isLocked { return .refuse(.clerkUserBlocked, candidate: nil) }
        guard case .proved(let row?) = evidence.legacy else { return .refuse(.needsConfirmation, candidate: nil) }
        // The back end has said whose Clerk user this is: somebody else's.
        if let externalID = evidence.clerkUser.externalID, !externalID.isEmpty, evidence.externalRow?.id != row.id {
            return .refuse(.rowAlreadyLinked, candidate: row.id)
        }
        if let refusal = unfit(row, for: evidence.clerkUser) ?? (isPrivileged(row) ? .privilegedRow : nil) {
            return .refuse(refusal, candidate: row.id)
        }
        return .link(.confirmed, row)
    }

    /// (d) Both sides have proved one address, and it names one row that is nobody's yet.
    private func byVerifiedEmail(_ evidence: LinkEvidence) -> LinkDecision {
        // Adapters compare as we do; what a Unicode-minded database adds is not a match.
        guard let primary = evidence.clerkUser.primaryEmail else { return .refuse(.noPrimaryEmail, candidate: nil) }
        let rows = evidence.emailRows.filter { $0.email.map { EmailAddress.areSame($0, primary.address) } ?? false }
        let candidate = rows.count == 1 ? rows[0].id : nil
        if let refusal = unproved(primary, evidence) { return .refuse(refusal, candidate: candidate) }
        guard let row = rows.first else { return unknown(evidence) }
        guard rows.count == 1 else { return .refuse(.ambiguousEmail, candidate: nil) }
        let refusal = unfit(row, for: evidence.clerkUser) ?? unproved(row) ?? (isPrivileged(row) ? .privilegedRow : nil)
        if let refusal { return .refuse(refusal, candidate: row.id) }
        return .link(.verifiedEmail, row)
    }

    /// Nobody has this address and nobody claims to.
    private func unknown(_ evidence: LinkEvidence) -> LinkDecision {
        guard linking.unknown == .provision else { return .refuse(.notRegistered, candidate: nil) }
        guard case .none = evidence.legacy else { return .refuse(.needsConfirmation, candidate: nil) }
        // Messages come once and in any order. One that was refused for what another has settled since will not come again: the
        // request that does makes the row.
        let isTime = provisionsOnMessages ? evidence.isTold || evidence.wasTold : !evidence.isTold
        return isTime ? .provision : .refuse(.awaitingProvision, candidate: nil)
    }

    /// Whether rows are made when Clerk tells of a user, and not before.
    var provisionsOnMessages: Bool { linking.unknown == .provision && linking.provisionOn == .webhook }
}

// What each side must have proved.
extension LinkRules {
    /// Clerk's side: why this address is not proved to be the user's.
    private func unproved(_ primary: ClerkEmailAddress, _ evidence: LinkEvidence) -> LinkRefusal? {
        guard let verification = primary.verification, verification.status == .verified else { return .emailUnverified }
        if EmailAddress.isTest(primary.address) { return .emailIsTest }
        // A back end's word, not the owner's; ours counts, because we import only addresses that the old side has proved.
        if verification.strategy == "admin", !evidence.isLedgerCreated { return .emailVerifiedByAdmin }
        return EmailAddress.isASCII(primary.address) ? nil : .emailNotASCII
    }

    /// The old side: an attacker may have registered the victim's address there first.
    func unproved(_ row: DirectoryUser) -> LinkRefusal? {
        switch linking.legacyEmail {
        case .trusted: nil
        case .untrusted: .legacyEmailUnverified
        case .verifiedColumn: row.isEmailVerified == true ? nil : .legacyEmailUnverified
        }
    }

    func unfit(_ row: DirectoryUser, for clerkUser: ClerkUser) -> LinkRefusal? {
        if let linked = row.clerkUser, linked != clerkUser.id { return .rowAlreadyLinked }
        return row.isActive ? nil : .rowInactive
    }

    /// Whether mail to the row's address reaches its owner, as far as the application knows.
    package func isAddressProved(_ row: DirectoryUser) -> Bool { unproved(row) == nil }

    package func isPrivileged(_ row: DirectoryUser) -> Bool {
        guard let role = row.role else { return false }
        return linking.privilegedRoles.contains { EmailAddress.areSame($0, role) }
    }
}
