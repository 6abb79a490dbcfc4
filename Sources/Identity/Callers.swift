package import Authentication
package import Settings
package import Telemetry

/// What evidence resolved to.
package struct Resolution: Sendable {
    /// `nil`: nobody, and the route allows it.
    package let caller: Caller?
    /// Two valid credentials belonged to two people and the Clerk one was used (`conflict: clerk`); where the other came
    /// from a cookie, that cookie is to be expired.
    package let conflict: Bool
    /// Whether this request is the one that linked (or made) the row.
    package let isFirstSight: Bool

    init(_ caller: Caller?, conflict: Bool = false, isFirstSight: Bool = false) {
        (self.caller, self.conflict, self.isFirstSight) = (caller, conflict, isFirstSight)
    }
}

/// From verified subjects to one caller: look-ups, the rules for two credentials at once, and the first sight of a
/// Clerk user. One per worker; a request whose caller is in the cache passes through without waiting.
package final class Callers {
    package let cache: CallerCache
    private let directory: any UserDirectory
    private let firstSight: (any FirstSight)?
    private let fields: IdentityFields
    private let legacyNames: [String]
    private let conflict: DirectorySettings.Linking.Conflict?
    private let afterLink: DirectorySettings.Linking.AfterLink

    /// - Parameter firstSight: `nil` where nothing can be asked of Clerk: who has no link is not registered then.
    package init(
        directory: any UserDirectory, firstSight: (any FirstSight)?, fields: IdentityFields, legacyNames: [String],
        linking: DirectorySettings.Linking, cache: CallerCache
    ) {
        (self.directory, self.firstSight, self.fields, self.legacyNames) = (directory, firstSight, fields, legacyNames)
        (conflict, afterLink, self.cache) = (linking.conflict, linking.afterLink, cache)
    }

    /// - Parameter judgeLegacy: judges the request's old credentials, where the route's mode did not need them; asked only
    ///   when a link is to be decided (`Authenticator.judgeLegacy`).
    package func resolve(
        _ evidence: Evidence, requestID: @autoclosure () -> String, at now: UnixTime,
        judgeLegacy: () async -> Verdict<LegacySubject>
    ) async throws(IdentityRefusal) -> Resolution {
        switch evidence.claimant {
        case .nobody:
            return Resolution(nil)
        case .legacy(let subject):
            return Resolution(try await caller(for: subject, at: now))
        case .legacyBesideExpired(let subject, let expired):
            return Resolution(try await caller(for: subject, beside: expired, at: now))
        case .clerk(let subject):
            if let caller = cache.caller(of: subject.user, at: now) { return Resolution(caller) }
            let epoch = cache.epoch
            if let caller = try await linkedCaller(for: subject, at: now) { return Resolution(caller) }
            let legacy = evidence.isLegacyKnown ? evidence.legacy : await judgeLegacy()
            return try await atFirstSight(of: subject, beside: legacy, since: epoch, requestID: requestID(), at: now)
        case .both(let subject, let legacy):
            let epoch = cache.epoch
            guard let caller = try await linkedCaller(for: subject, at: now) else {
                return try await atFirstSight(of: subject, beside: .valid(legacy), since: epoch, requestID: requestID(), at: now)
            }
            return try await settle(caller, against: legacy, from: evidence.legacyPlace, at: now)
        }
    }

    /// For a canary: as `resolve`, but no link is made; `nil` where only a link could tell who is calling.
    package func resolveLinked(_ evidence: Evidence, at now: UnixTime) async throws(IdentityRefusal) -> Resolution? {
        switch evidence.claimant {
        case .nobody: return Resolution(nil)
        case .legacy(let subject): return Resolution(try await caller(for: subject, at: now))
        case .legacyBesideExpired(let subject, let expired):
            return Resolution(try await caller(for: subject, beside: expired, at: now))
        case .clerk(let subject): return try await linkedCaller(for: subject, at: now).map { Resolution($0) }
        case .both(let subject, let legacy):
            guard let caller = try await linkedCaller(for: subject, at: now) else { return nil }
            return try await settle(caller, against: legacy, from: evidence.legacyPlace, at: now)
        }
    }

    /// Both valid: for one user the Clerk one is used; for two, `conflict` decides.
    private func settle(
        _ caller: Caller, against legacy: LegacySubject, from place: CredentialPlace?, at now: UnixTime
    ) async throws(IdentityRefusal) -> Resolution {
        guard legacy.isSecure, try await !isSame(caller, legacy, at: now) else { return Resolution(caller) }
        switch conflict ?? (place == .cookie ? .clerk : .refuse) {
        case .clerk: return Resolution(caller, conflict: true)
        case .refuse: throw .conflict
        }
    }
}

// Clerk's side.
extension Callers {
    /// Whether an old credential names the caller's row. A token may spell an id in another way than the database prints it
    /// (a UUID in upper case), so rows are compared where the texts differ.
    private func isSame(_ caller: Caller, _ legacy: LegacySubject, at now: UnixTime) async throws(IdentityRefusal) -> Bool {
        if legacy.user == caller.user { return true }
        do throws(IdentityRefusal) {
            return try await owner(of: legacy, at: now).user == caller.user
        } catch {
            // Nobody's row, or one that may not be used: then it is another's. Only trouble on our side says nothing.
            if case .unavailable = error { throw error }
            return false
        }
    }

    /// The caller that this Clerk user is linked to, from the cache or the directory; `nil` without a link.
    private func linkedCaller(for subject: ClerkSubject, at now: UnixTime) async throws(IdentityRefusal) -> Caller? {
        if let caller = cache.caller(of: subject.user, at: now) { return caller }
        let epoch = cache.epoch
        guard let row = try await ask({ () async throws(Unavailable) in try await directory.user(linkedTo: subject.user) }) else {
            return nil
        }
        return try await admit(row, subject, since: epoch, at: now)
    }

    private func atFirstSight(
        of subject: ClerkSubject, beside legacy: Verdict<LegacySubject>, since epoch: UInt64, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> Resolution {
        guard let firstSight else { throw .link(.notRegistered) }
        let legacy = legacy.asEvidence
        let key = CallerCache.RefusalKey(
            clerkUser: subject.user, legacyUser: legacy.validSubject?.user, legacyStanding: legacy.standing)
        if let refusal = cache.refusal(of: key, at: now) { throw refusal }
        do throws(IdentityRefusal) {
            let row = try await firstSight.row(for: subject, beside: legacy, requestID: requestID, at: now)
            // Whatever was announced meanwhile, the row may have changed again since the link was made.
            let isLatest = cache.epoch == epoch
            // What this worker knew of the row is out of date, and waiting for the announcement would let old credentials
            // pass that `afterLink` refuses.
            cache.invalidate(row.id)
            let caller = try await admit(row, subject, since: isLatest ? cache.epoch : epoch, at: now)
            return Resolution(caller, isFirstSight: true)
        } catch {
            // An impersonated session is refused for what it is, and must not shut out the user's own.
            if case .link(let refusal) = error, refusal != .impersonated { cache.keep(error, of: key, since: epoch, at: now) }
            throw error
        }
    }

    private func admit(_ row: DirectoryUser, _ subject: ClerkSubject, since epoch: UInt64, at now: UnixTime)
        async throws(IdentityRefusal) -> Caller
    {
        guard row.isActive else { throw .userInactive }
        guard let caller = Caller(row, method: .clerk, fields: fields) else { throw .userUnusable }
        cache.keep(caller, of: subject.user, since: epoch, at: now)
        if !subject.isImpersonated, !cache.wasNoted(subject.user) {
            // Statistics: a request is not refused for them, and the next one that misses the cache tries again.
            do throws(Unavailable) {
                try await directory.recordFirstSession(of: row.id, clerkUser: subject.user, at: now)
                cache.note(subject.user)
            } catch {}
        }
        return caller
    }
}

// The old side.
extension Callers {
    private func caller(for subject: LegacySubject, at now: UnixTime) async throws(IdentityRefusal) -> Caller {
        let caller = try await owner(of: subject, at: now)
        if afterLink == .refuse, caller.isMigrated { throw .legacyRetired }
        return caller
    }

    /// Whose old credential it is, whether or not it may still be used.
    private func owner(of subject: LegacySubject, at now: UnixTime) async throws(IdentityRefusal) -> Caller {
        let key = CallerCache.LegacyKey(user: subject.user, entry: subject.entry)
        if let answer = cache.answer(of: key, at: now) {
            switch answer {
            case .caller(let caller): return caller
            case .refused(let refusal): throw refusal
            }
        }
        let epoch = cache.epoch
        let row = try await ask { () async throws(Unavailable) in try await directory.user(subject.user) }
        do throws(IdentityRefusal) {
            let caller = try judge(row, subject)
            cache.keep(.caller(caller), of: key, since: epoch, at: now)
            return caller
        } catch {
            cache.keep(.refused(error), of: key, since: epoch, at: now)
            throw error
        }
    }

    private func judge(_ row: DirectoryUser?, _ subject: LegacySubject) throws(IdentityRefusal) -> Caller {
        guard let row else { throw .userUnknown }
        guard row.isActive else { throw .userInactive }
        guard let caller = Caller(row, method: .legacy(legacyNames[subject.entry]), fields: fields) else { throw .userUnusable }
        return caller
    }

    /// An expired Clerk Bearer does not log out somebody whose old credential still proves the same linked person.
    private func caller(for subject: LegacySubject, beside expired: ClerkSubject, at now: UnixTime) async throws(IdentityRefusal)
        -> Caller
    {
        // What proves nothing does not say that both are one person either.
        guard afterLink == .allow, subject.isSecure else { throw .tokenExpired }
        let caller = try await caller(for: subject, at: now)
        guard caller.clerkUser == expired.user else { throw .tokenExpired }
        return caller
    }

    private func ask<Answer: Sendable>(_ question: () async throws(Unavailable) -> Answer) async throws(IdentityRefusal) -> Answer {
        do throws(Unavailable) { return try await question() } catch {
            throw .unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)
        }
    }
}
