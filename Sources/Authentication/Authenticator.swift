package import Crypto
package import HTTP
package import JOSE
package import Settings
package import Snapshot
package import Telemetry

/// Who do the credentials of a request say is calling? One per worker and version of the settings.
///
/// A request whose tokens are in the worker's cache passes through without waiting, locking or allocating. Otherwise a
/// pass over the credentials stops at the first thing that nobody here knows, asks, and begins again.
package final class Authenticator {
    let verifiers: Verifiers
    private let keySource: (any KeySource)?
    private let store: (any LegacyStore)?
    private let userInfo: (any LegacyUserInfo)?
    private let crossSite: CrossSiteRule

    /// - Parameters:
    ///   - version: of the settings: what `cache` holds from other versions does not count.
    ///   - keys: Clerk's, empty until the first set has been loaded; `nil` where the settings have no `clerk`.
    ///   - keySource: `nil` where the keys cannot change (`clerk.jwtKey`).
    package init(
        _ settings: Settings, version: UInt64, keys: Published<KeySet>?, keySource: (any KeySource)?, store: (any LegacyStore)?,
        userInfo: (any LegacyUserInfo)? = nil, cache: TokenCache
    ) throws(CryptoError) {
        verifiers = try Verifiers(settings, version: version, keys: keys, canFetchKeys: keySource != nil, cache: cache)
        (self.keySource, self.store, self.userInfo, crossSite) = (keySource, store, userInfo, CrossSiteRule(settings))
    }

    package func authenticate(
        _ head: RequestHead, for requirement: Requirement, at now: UnixTime
    ) async throws(RefusedAuthentication) -> Evidence {
        switch requirement.mode {
        case .deny: throw RefusedAuthentication(.denied)
        case .public: return Evidence(nothingAskedBy: requirement)
        case .observe, .legacy, .dual, .clerk: break
        }
        let found = verifiers.plan.find(in: head, for: requirement)
        if requirement.mode != .observe, let refusal = Self.refusal(of: found.authorization) {
            throw RefusedAuthentication(refusal)
        }
        let (sides, answers) = await judge(head, found, CredentialPass.Asked(by: requirement.mode), at: now)
        let retryAfterSeconds = answers?.retryAfterSeconds ?? AuthenticationLimits.retryAfterSeconds
        do throws(AuthenticationRefusal) {
            let evidence = try Evidence(requirement, found, sides, retryAfterSeconds: retryAfterSeconds)
            if evidence.decidingPlace == .cookie, !crossSite.admits(head, isSecure: requirement.isSecure) { throw .crossSite }
            return evidence
        } catch {
            throw RefusedAuthentication(error, sides.standings)
        }
    }

    /// The old credentials of a request whose mode did not ask for them: before a link is decided, they are (rule (b), and
    /// no link where they speak for somebody else).
    package func judgeLegacy(of head: RequestHead, _ evidence: Evidence, at now: UnixTime) async -> Verdict<LegacySubject> {
        let asked = CredentialPass.Asked(clerk: false, legacy: true, except: evidence.clerkOwned)
        return await judge(head, evidence.credentials, asked, at: now).0.legacy.verdict
    }

    /// What the rewriter leaves out for the origin.
    package func removal(
        _ choice: Route.CredentialForwarding, _ evidence: Evidence, conflict: Bool, contradiction: Bool = false
    ) -> CredentialRemoval {
        CredentialRemoval(verifiers.plan, choice, evidence, conflict: conflict, contradiction: contradiction)
    }

    private static func refusal(of authorization: FoundCredentials.Authorization) -> AuthenticationRefusal? {
        switch authorization {
        case .absent, .taken, .otherScheme: nil
        case .several: .severalAuthorizations
        case .malformed: .tokenInvalid(.malformed)
        }
    }
}

// For a route in `observe`, where nothing may hold up a request.
extension Authenticator {
    /// What can be said without asking anybody; `nil` where somebody must be asked, which `authenticate` does.
    package func observe(_ head: RequestHead, for requirement: Requirement, at now: UnixTime) -> Evidence? {
        let found = verifiers.plan.find(in: head, for: requirement)
        verifiers.adoptKeys()
        return try? pass(head, found, requirement, nil, at: now).get()
    }

    /// What can be said where nobody may be asked: the rest counts as unavailable.
    package func observeUnanswered(_ head: RequestHead, for requirement: Requirement, at now: UnixTime) -> Evidence? {
        let found = verifiers.plan.find(in: head, for: requirement)
        let answers = Answers()
        while true {
            switch pass(head, found, requirement, answers, at: now) {
            case .success(let evidence): return evidence
            case .failure(.keys): answers.keys = .unavailable
            case .failure(.session(let entry, let index)):
                answers.add(session: .failure(.overloaded), entry: entry, credential: index)
            case .failure(.standing(let entry, let claim)):
                answers.add(standing: .failure(.overloaded), entry: entry, of: claim)
            }
        }
    }

    private func pass(
        _ head: RequestHead, _ found: FoundCredentials, _ requirement: Requirement, _ answers: Answers?, at now: UnixTime
    ) -> Result<Evidence?, Question> {
        var sides = CredentialPass.Sides()
        do throws(Question) {
            try CredentialPass(verifiers, head, found, answers, now).judge(CredentialPass.Asked(by: requirement.mode), &sides)
        } catch { return .failure(error) }
        // In this mode the policy refuses nobody.
        return .success(try? Evidence(requirement, found, sides, retryAfterSeconds: AuthenticationLimits.retryAfterSeconds))
    }
}

// Passing and asking.
extension Authenticator {
    private func judge(
        _ head: RequestHead, _ found: FoundCredentials, _ asked: CredentialPass.Asked, at now: UnixTime
    ) async -> (CredentialPass.Sides, Answers?) {
        verifiers.adoptKeys()
        var answers: Answers?
        while true {
            var sides = CredentialPass.Sides()
            let question: Question
            do throws(Question) {
                try CredentialPass(verifiers, head, found, answers, now).judge(asked, &sides)
                return (sides, answers)
            } catch { question = error }
            let soFar = answers ?? Answers()
            answers = soFar
            await ask(question, head, found, soFar)
        }
    }

    /// What one old credential says, as if it had come alone.
    func judgeLegacy(
        only index: Int, of head: RequestHead, _ found: FoundCredentials, at now: UnixTime
    ) async -> (Verdict<LegacySubject>, retryAfterSeconds: Int) {
        let others = CredentialSet(rawValue: ~CredentialSet(index: index).rawValue)
        let asked = CredentialPass.Asked(clerk: false, legacy: true, except: others)
        let (sides, answers) = await judge(head, found, asked, at: now)
        return (sides.legacy.verdict, answers?.retryAfterSeconds ?? AuthenticationLimits.retryAfterSeconds)
    }

    func ask(_ question: Question, _ head: RequestHead, _ found: FoundCredentials, _ answers: Answers) async {
        switch question {
        case .keys: answers.keys = await fetchKeys()
        case .session(let entry, let index):
            let token = Secret(CredentialPass.bytes(of: found[index], in: head))
            answers.add(session: await owner(entry, token, Int(found[index].source)), entry: entry, credential: index)
        case .standing(let entry, let claim):
            answers.add(standing: await standing(entry, claim), entry: entry, of: claim)
        }
    }

    private func fetchKeys() async -> Answers.Keys {
        guard let keySource else { return .unavailable }
        do throws(KeyFetchFailure) {
            try await keySource.fetchAgain()
            verifiers.adoptKeys()
            return .fetched
        } catch {
            switch error {
            case .limited(let seconds): return .limited(retryAfterSeconds: seconds)
            case .unavailable: return .unavailable
            }
        }
    }

    /// Whose a credential is that says nothing by itself: the database knows, or the old application.
    private func owner(_ entry: Int, _ token: Secret, _ source: Int) async -> Result<UserID?, Unavailable> {
        do throws(Unavailable) {
            if let source = verifiers.userInfoSource(entry, source) {
                guard let userInfo else { throw .away("nobody asks the old application") }
                return .success(try await userInfo.user(entry: entry, credential: token, from: source))
            }
            guard let store else { throw .away("no database") }
            return .success(try await store.sessionUser(entry: entry, token: token))
        } catch {
            return .failure(error)
        }
    }

    private func standing(_ entry: Int, _ claim: LegacyClaim) async -> Result<LegacyStanding, Unavailable> {
        guard let store else { return .failure(.away("no database")) }
        do throws(Unavailable) { return .success(try await store.standing(entry: entry, of: claim)) } catch {
            return .failure(error)
        }
    }
}
