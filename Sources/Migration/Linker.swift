package import Authentication
package import Identity
package import Telemetry

/// Links one Clerk user, the first time they are seen: read Clerk once, apply the rules, write one transaction.
///
/// Any number of requests, workers and replicas may do so at the same time. Within a worker the first one works and the
/// others wait for it; between workers the transaction decides, and who loses reads again instead of failing.
package final class Linker: FirstSight {
    private struct Flight: Hashable {
        let clerkUser: ClerkUserID
        let legacyUser: UserID?
        let legacyStanding: Standing
        let isImpersonated: Bool
    }

    private typealias Landing = Result<DirectoryUser, IdentityRefusal>

    let directory: any UserDirectory
    private let clerkUsers: any ClerkUsers
    let rules: LinkRules
    private var waiting: [Flight: [CheckedContinuation<Landing, Never>]] = [:]

    package init(directory: any UserDirectory, clerkUsers: any ClerkUsers, rules: LinkRules) {
        (self.directory, self.clerkUsers, self.rules) = (directory, clerkUsers, rules)
    }

    package func row(
        for session: ClerkSubject, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        let flight = Flight(
            clerkUser: session.user, legacyUser: legacy.validSubject?.user, legacyStanding: legacy.standing,
            isImpersonated: session.isImpersonated)
        if waiting[flight] != nil {
            return try await withCheckedContinuation { waiting[flight, default: []].append($0) }.get()
        }
        waiting[flight] = []
        let landing = await land { () async throws(IdentityRefusal) in
            try await self.link(session, beside: legacy, requestID: requestID, at: now)
        }
        for waiter in waiting.removeValue(forKey: flight) ?? [] { waiter.resume(returning: landing) }
        return try landing.get()
    }

    private func land(_ work: () async throws(IdentityRefusal) -> DirectoryUser) async -> Landing {
        do throws(IdentityRefusal) { return .success(try await work()) } catch { return .failure(error) }
    }
}

// The straight line.
extension Linker {
    private func link(
        _ session: ClerkSubject, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        let clerkUser = try await readClerk(session)
        // Between reading the rows and writing, somebody may change them: once is chance, twice is refused.
        for _ in 0..<2 {
            let evidence = try await gather(clerkUser, session, legacy)
            switch rules.decide(evidence) {
            case .refuse(let refusal, let candidate):
                throw await refuse(refusal, session, candidate, at: now)
            case .link(let rule, let row):
                let link = NewLink(
                    row: row, clerkUser: session.user, rule: rule.rawValue, needsSoleEmail: rule.needsSoleEmail,
                    requestID: requestID, time: now)
                if let row = try await settle(
                    await outcome { () async throws(Unavailable) in try await directory.link(link) }, session)
                {
                    return row
                }
            case .provision:
                let user = NewUser(
                    clerkUser: session.user, email: clerkUser.primaryEmail?.address, firstName: clerkUser.firstName,
                    lastName: clerkUser.lastName, requestID: requestID, time: now)
                if let row = try await settle(
                    await outcome { () async throws(Unavailable) in try await directory.provision(user) }, session)
                {
                    return row
                }
            }
        }
        throw await refuse(.rowChanged, session, nil, at: now)
    }

    /// The row of a finished link; `nil` when the world has moved and the evidence must be read again.
    func settle(_ outcome: Result<LinkOutcome, Unavailable>, _ session: ClerkSubject) async throws(IdentityRefusal)
        -> DirectoryUser?
    {
        switch outcome {
        case .success(.linked(let row)), .success(.existing(let row)): return row
        case .success(.rowTaken), .success(.changed), .success(.emailTaken):
            // Perhaps another request or replica has just linked this very user, by whatever rule: no error then.
            return try await ask { () async throws(Unavailable) in try await directory.user(linkedTo: session.user) }
        case .success(.unlinked): throw .link(.unlinked)
        case .failure: throw Self.unavailable
        }
    }

    func readClerk(_ session: ClerkSubject) async throws(IdentityRefusal) -> ClerkUser {
        if session.isImpersonated { throw .link(.impersonated) }
        let user: ClerkUser?
        do throws(ClerkUsersFailure) { user = try await clerkUsers.user(session.user) } catch {
            switch error {
            case .unavailable(let seconds): throw .unavailable(retryAfterSeconds: seconds)
            }
        }
        guard let user, user.id == session.user else { throw .link(.clerkUserUnknown) }
        return user
    }

    func gather(
        _ clerkUser: ClerkUser, _ session: ClerkSubject, _ legacy: Verdict<LegacySubject>
    ) async throws(IdentityRefusal) -> LinkEvidence {
        var evidence = LinkEvidence(clerkUser: clerkUser)
        evidence.isImpersonated = session.isImpersonated
        switch legacy.asEvidence {
        case .valid(let subject):
            evidence.legacy = .proved(try await ask { () async throws(Unavailable) in try await directory.user(subject.user) })
        case .expired, .forged: evidence.legacy = .unproved
        case .unavailable: throw Self.unavailable
        case .foreign, .absent: break
        }
        if let externalID = clerkUser.externalID, !externalID.isEmpty {
            evidence.externalRow = try await ask { () async throws(Unavailable) in try await directory.user(UserID(externalID)) }
        }
        guard rules.hasEmails, let primary = clerkUser.primaryEmail else { return evidence }
        evidence.emailRows = try await ask { () async throws(Unavailable) in try await directory.users(withEmail: primary.address) }
        if primary.verification?.strategy == "admin" {
            evidence.isLedgerCreated = try await ask { () async throws(Unavailable) in
                try await directory.ledgerCreated(clerkUser.id)
            }
        }
        return evidence
    }

    /// Leaves a row for `segue review`. The refusal stands whether or not the queue could be written.
    func refuse(_ refusal: LinkRefusal, _ session: ClerkSubject, _ candidate: UserID?, at now: UnixTime) async
        -> IdentityRefusal
    {
        if refusal.isForReview {
            do throws(Unavailable) {
                try await directory.recordReview(clerkUser: session.user, candidate: candidate, code: refusal.rawValue, at: now)
            } catch {}
        }
        return .link(refusal)
    }

    func outcome(_ write: () async throws(Unavailable) -> LinkOutcome) async -> Result<LinkOutcome, Unavailable> {
        do throws(Unavailable) { return .success(try await write()) } catch { return .failure(error) }
    }

    private func ask<Answer: Sendable>(_ question: () async throws(Unavailable) -> Answer) async throws(IdentityRefusal) -> Answer {
        do throws(Unavailable) { return try await question() } catch { throw Self.unavailable }
    }

    private static let unavailable = IdentityRefusal.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)
}

extension LinkRefusal {
    /// Whether a person can settle it. The others settle themselves, or are nobody's request for a link.
    fileprivate var isForReview: Bool {
        switch self {
        case .impersonated, .clerkUserUnknown, .clerkUserBlocked, .awaitingProvision: false
        default: true
        }
    }
}
