package import Authentication
package import Identity
import Telemetry

/// Who in Clerk has what a row has, and whether the linking rules say that they are the same person. The rules are those of a
/// first request, and so is the review queue.
package struct TakenRules: Sendable {
    private let directory: any UserDirectory
    private let rules: LinkRules

    private let batch: String?

    package init(_ directory: any UserDirectory, _ rules: LinkRules, batch: String? = nil) {
        (self.directory, self.rules, self.batch) = (directory, rules, batch)
    }

    /// What becomes of a row whose address a Clerk user has who is not ours.
    func settle(_ row: DirectoryUser, _ clerkUser: ClerkUser, at now: UnixTime) async throws(Unavailable) -> Settlement {
        var evidence = LinkEvidence(clerkUser: clerkUser)
        if let externalID = clerkUser.externalID, !externalID.isEmpty {
            evidence.externalRow = try await directory.user(UserID(externalID))
        }
        if let email = clerkUser.primaryEmail?.address { evidence.emailRows = try await directory.users(withEmail: email) }
        evidence.isLedgerCreated = try await directory.ledgerCreated(clerkUser.id)
        switch rules.decide(evidence) {
        case .link(let rule, let found) where found.id == row.id:
            let link = NewLink(
                row: found, clerkUser: clerkUser.id, rule: rule.rawValue, needsSoleEmail: rule.needsSoleEmail, requestID: "",
                time: now, batch: batch)
            return Settlement(try await directory.link(link), for: row.id)
        case .refuse(let refusal, let candidate):
            try await directory.recordReview(
                clerkUser: clerkUser.id, candidate: candidate ?? row.id, code: refusal.rawValue, at: now)
            return Settlement(.conflict, code: refusal.rawValue)
        case .link, .provision:
            // Theirs is another row, or none: who has the address is for a person to say.
            try await directory.recordReview(
                clerkUser: clerkUser.id, candidate: row.id, code: LinkRefusal.needsConfirmation.rawValue, at: now)
            return Settlement(.conflict, code: LinkRefusal.needsConfirmation.rawValue)
        }
    }
}

extension Settlement {
    /// What a link came to.
    package init(_ outcome: LinkOutcome, for person: UserID) {
        switch outcome {
        case .linked: self.init(.linked)
        case .existing(let row) where row.id == person: self.init(.linked)
        case .existing: self.init(.conflict, code: "clerk_user_linked_elsewhere")
        case .rowTaken: self.init(.conflict, code: LinkRefusal.rowAlreadyLinked.rawValue)
        case .changed: self.init(.conflict, code: LinkRefusal.rowChanged.rawValue)
        case .emailTaken: self.init(.conflict, code: LinkRefusal.ambiguousEmail.rawValue)
        case .unlinked: self.init(.conflict, code: LinkRefusal.unlinked.rawValue)
        case .deleted: self.init(.conflict, code: LinkRefusal.clerkUserUnknown.rawValue)
        }
    }
}

extension Migrator {
    /// "Taken" may mean ourselves: another process, or a call that we believed lost. Then Clerk has them under their
    /// `external_id`. Otherwise whoever has the address is held against the linking rules. Returns who must be asked for again.
    func resolve(_ taken: [(Candidate, ClerkFault)]) async throws(MigrationHalt) -> [Candidate] {
        guard !taken.isEmpty else { return [] }
        let ours = try await found(taken.map(\.0.user.externalID))
        var others: [(Candidate, ClerkFault)] = []
        for (candidate, fault) in taken {
            if let user = ours[candidate.user.externalID] {
                try await finish(candidate.person, user)
            } else {
                others.append((candidate, fault))
            }
        }
        let addresses = others.compactMap { $0.0.user.emailAddress?.value }
        let holders = addresses.isEmpty ? [] : try await users(.emailAddresses(addresses))
        for (candidate, fault) in others { try await settle(candidate, fault, among: holders) }
        return []
    }

    private func settle(_ candidate: Candidate, _ fault: ClerkFault, among holders: [ClerkUser]) async throws(MigrationHalt) {
        let holder = candidate.user.emailAddress.flatMap { email in
            holders.first { user in user.emailAddresses.contains { EmailAddress.areSame($0.address, email.value) } }
        }
        guard let holder, let row = candidate.person.row else {
            return try await settle(candidate.person, Settlement(.conflict, fault))
        }
        let settlement = try await kept { () async throws(Unavailable) in
            try await takenRules.settle(row.user, holder, at: now())
        }
        try await settle(candidate.person, settlement)
    }
}
