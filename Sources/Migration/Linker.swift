package import Authentication
package import Identity
package import Telemetry

/// Links one Clerk user, the first time they are seen: read Clerk once, apply the rules, write one transaction.
///
/// Any number of requests, workers and replicas may do so at the same time. Within a worker the first one works and the
/// others wait for it; between workers the transaction decides, and who loses reads again instead of failing.
package final class Linker: FirstSight {
    private struct Flight: Hashable {
        let arrival: Arrival
        let legacyUser: UserID?
        let legacyStanding: Standing
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
        try await row(for: Arrival(session), beside: legacy, requestID: requestID, at: now)
    }

    /// For a user of whom a message of Clerk's tells, and no request: no old credential speaks for or against them.
    package func row(
        toldOf user: ClerkUserID, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        try await row(for: Arrival(toldOf: user), beside: .absent, requestID: requestID, at: now)
    }

    private func row(
        for arrival: Arrival, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        let flight = Flight(
            arrival: arrival, legacyUser: legacy.validSubject?.user, legacyStanding: legacy.standing)
        if waiting[flight] != nil {
            return try await withCheckedContinuation { waiting[flight, default: []].append($0) }.get()
        }
        waiting[flight] = []
        let landing = await land { () async throws(IdentityRefusal) in
            try await self.link(arrival, beside: legacy, requestID: requestID, at: now)
        }
        for waiter in waiting.removeValue(forKey: flight) ?? [] { waiter.resume(returning: landing) }
        return try landing.get()
    }

    private func land(_ work: () async throws(IdentityRefusal) -> DirectoryUser) async -> Landing {
        do throws(IdentityRefusal) { return .success(try await work()) } catch { return .failure(error) }
    }
}

/// The Clerk user that a link is about, and how they came.
struct Arrival: Hashable {
    let user: ClerkUserID
    let isImpersonated: Bool
    /// By a message of Clerk's, and not by a request.
    let isTold: Bool

    init(_ session: ClerkSubject) { (user, isImpersonated, isTold) = (session.user, session.isImpersonated, false) }

    init(toldOf user: ClerkUserID) { (self.user, isImpersonated, isTold) = (user, false, true) }
}

// The straight line.
extension Linker {
    private func link(
        _ arrival: Arrival, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        let clerkUser = try await readClerk(arrival)
        // Between reading the rows and writing, somebody may change them: once is chance, twice is refused.
        for _ in 0..<2 {
            let evidence = try await gather(clerkUser, arrival, legacy)
            switch rules.decide(evidence) {
            case .refuse(let refusal, let candidate):
                throw await refuse(refusal, arrival, candidate, at: now)
            case .link(let rule, let row):
                let link = NewLink(
                    row: row, clerkUser: arrival.user, rule: rule.rawValue, needsSoleEmail: rule.needsSoleEmail,
                    requestID: requestID, time: now, clerkUserUpdated: clerkUser.updated)
                if let row = try await settle(
                    await outcome { () async throws(Unavailable) in try await directory.link(link) }, arrival, row.id, at: now)
                {
                    return row
                }
            case .provision:
                let user = NewUser(
                    clerkUser: arrival.user, email: clerkUser.primaryEmail?.address, firstName: clerkUser.firstName,
                    lastName: clerkUser.lastName, clerkUserUpdated: clerkUser.updated, requestID: requestID, time: now)
                if let row = try await settle(
                    await outcome { () async throws(Unavailable) in try await directory.provision(user) }, arrival, nil, at: now)
                {
                    return row
                }
            }
        }
        throw await refuse(.rowChanged, arrival, nil, at: now)
    }

    /// The row of a finished link; `nil` when the world has moved and the evidence must be read again.
    func settle(
        _ outcome: Result<LinkOutcome, Unavailable>, _ arrival: Arrival, _ candidate: UserID?, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser? {
        switch outcome {
        case .success(.linked(let row)), .success(.existing(let row)): return row
        case .success(.rowTaken), .success(.changed), .success(.emailTaken):
            // Perhaps another request or replica has just linked this very user, by whatever rule: no error then.
            return try await ask { () async throws(Unavailable) in try await directory.user(linkedTo: arrival.user) }
        case .success(.unlinked): throw await refuse(.unlinked, arrival, candidate, at: now)
        case .success(.deleted): throw .link(.clerkUserUnknown)
        case .failure: throw Self.unavailable
        }
    }

    func readClerk(_ arrival: Arrival) async throws(IdentityRefusal) -> ClerkUser {
        if arrival.isImpersonated { throw .link(.impersonated) }
        let user: ClerkUser?
        do throws(ClerkUsersFailure) { user = try await clerkUsers.user(arrival.user) } catch {
            switch error {
            case .unavailable(let seconds): throw .unavailable(retryAfterSeconds: seconds)
            }
        }
        guard let user, user.id == arrival.user else { throw .link(.clerkUserUnknown) }
        return user
    }

    func gather(
        _ clerkUser: ClerkUser, _ arrival: Arrival, _ legacy: Verdict<LegacySubject>
    ) async throws(IdentityRefusal) -> LinkEvidence {
        var evidence = LinkEvidence(clerkUser: clerkUser)
        (evidence.isImpersonated, evidence.isTold) = (arrival.isImpersonated, arrival.isTold)
        if rules.provisionsOnMessages, !arrival.isTold {
            evidence.wasTold = try await ask { () async throws(Unavailable) in try await directory.isTold(of: clerkUser.id) }
        }
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

    /// Leaves a row for `segue review`. The refusal stands whether or not the queue could be written. Nobody is refused anything
    /// by a message, and nobody waits.
    func refuse(_ refusal: LinkRefusal, _ arrival: Arrival, _ candidate: UserID?, at now: UnixTime) async
        -> IdentityRefusal
    {
        if refusal.isForReview, !arrival.isTold {
            do throws(Unavailable) {
                try await directory.recordReview(clerkUser: arrival.user, candidate: candidate, code: refusal.rawValue, at: now)
            } catch {}
        }
        return .link(refusal)
    }

    func outcome(_ write: () async throws(Unavailable) -> LinkOutcome) async -> Result<LinkOutcome, Unavailable> {
        do throws(Unavailable) { return .success(try await write()) } catch { return .failure(error) }
    }

    func ask<Answer: Sendable>(_ question: () async throws(Unavailable) -> Answer) async throws(IdentityRefusal) -> Answer {
        do throws(Unavailable) { return try await question() } catch { throw Self.unavailable }
    }

    private static let unavailable = IdentityRefusal.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)
}

extension LinkRefusal {
    /// Whether a person can settle it. The others settle themselves, or are nobody's request for a link.
    fileprivate var isForReview: Bool {
        switch self {
        case .impersonated, .clerkUserUnknown, .clerkUserBlocked, .clerkUserLinked, .awaitingProvision: false
        default: true
        }
    }
}
