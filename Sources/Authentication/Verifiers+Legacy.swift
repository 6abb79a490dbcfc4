import Crypto
import JOSE
import Settings
import Telemetry

// The old side.
extension Verifiers {
    /// The best that any entry which reads this source makes of a token.
    func judgeLegacy(
        _ text: Span<UInt8>, credential: Int, source: Int, _ answers: Answers?, at now: UnixTime
    ) throws(Question) -> Judged<LegacySubject> {
        guard text.count <= AuthenticationLimits.tokenBytes else { return (.foreign, .tooLong) }
        if let known = cache.tokens.value(for: text), known.isStill(provedUnder: version, keys: ring) {
            guard case .legacy(let subject) = known.subject else { return (.foreign, .issuer) }
            if plan.entries[source].contains(subject.entry) { return try judgeStanding(known, subject, answers, at: now) }
        }
        var best: Judged<LegacySubject> = (.foreign, .malformed)
        let entries = plan.entries[source]
        // Tokens that prove themselves come first: they cost no question.
        if let token = try? reader.read(text) {
            for entry in entries {
                guard case .token(let rules) = legacy[entry] else { continue }
                best = Self.better(best, try judgeToken(token, rules, answers, at: now))
                if case .valid = best.verdict { return best }
            }
        }
        for entry in entries {
            switch legacy[entry] {
            case .token: continue
            case .unsigned(let rules): best = Self.better(best, rules.judge(text, at: now))
            case .asserted: best = Self.better(best, AssertedIDRules.judge(text, entry: entry))
            case .asked(let seconds, let isSecure, let bySource):
                if bySource, looksLikeClerks(text) { continue }  // Clerk's token is none of the old application's business.
                let salt = UInt64(bySource ? source : 0) << 8 | UInt64(entry)
                best = Self.better(
                    best, try judgeSession(text, credential, entry, salt, seconds, isSecure, answers, at: now))
            }
            if case .valid = best.verdict { return best }
        }
        return best
    }

    private func judgeToken(
        _ token: UnverifiedToken, _ rules: LegacyTokenRules, _ answers: Answers?, at now: UnixTime
    ) throws(Question) -> Judged<LegacySubject> {
        let (judgement, verified) = rules.judge(token, at: now)
        switch judgement {
        case .foreign(let fault): return (.foreign, fault)
        case .refused(let fault), .unproved(let fault): return (.forged, fault)
        case .expired(let subject): return (.expired(subject), .expired)
        case .valid(let subject, let dates):
            guard let verified else { return (.forged, .malformed) }
            let claim = rules.claim(of: verified, subject, dates)
            // Without a question whose answer is to be kept, a shared secret is asked again sooner than a place is taken.
            guard verified.key != nil || claim != nil || cache.sightings.note(verified.text.span) else {
                return dates.verdict(subject, at: now)
            }
            let known = remember(.legacy(subject), verified, dates, claim: claim)
            return try judgeStanding(known, subject, answers, at: now)
        }
    }

    /// The old application's queries fail closed: who cannot be asked has not said that the token is good.
    private func judgeStanding(
        _ known: CachedToken, _ subject: LegacySubject, _ answers: Answers?, at now: UnixTime
    ) throws(Question) -> Judged<LegacySubject> {
        let judged = known.dates.verdict(subject, at: now)
        guard case .valid = judged.verdict, let claim = known.claim, case .token(let rules) = legacy[subject.entry] else {
            return judged
        }
        if let answer = answers?.standing(entry: subject.entry, of: claim) {
            guard case .success(let standing) = answer else { return (.unavailable, .storeUnavailable) }
            known.standing = (standing, now.adding(seconds: rules.standingSeconds))
            return Self.judged(judged, standing)
        }
        guard let standing = known.standing, now < standing.until else { throw .standing(entry: subject.entry, claim) }
        return Self.judged(judged, standing.known)
    }

    private static func judged(_ judged: Judged<LegacySubject>, _ standing: LegacyStanding) -> Judged<LegacySubject> {
        switch standing {
        case .good: judged
        case .revoked: (.forged, .revoked)
        case .inactive: (.forged, .inactive)
        }
    }

    private func judgeSession(
        _ text: Span<UInt8>, _ credential: Int, _ entry: Int, _ salt: UInt64, _ seconds: Int64, _ isSecure: Bool,
        _ answers: Answers?, at now: UnixTime
    ) throws(Question) -> Judged<LegacySubject> {
        if let answer = answers?.session(entry: entry, credential: credential) {
            guard case .success(let user) = answer else { return (.unavailable, .storeUnavailable) }
            let subject = user.map { LegacySubject(user: $0, entry: entry, isSecure: isSecure, expires: nil) }
            let life = subject == nil ? min(seconds, AuthenticationLimits.negativeSeconds) : seconds
            let known = CachedSession(subject, until: now.adding(seconds: life), rules: version)
            cache.sessions.insert(known, for: [UInt8](copying: text), salt: salt)
            return Self.judged(subject)
        }
        guard let known = cache.sessions.value(for: text, salt: salt), known.isStill(believedUnder: version, at: now) else {
            throw .session(entry: entry, credential: credential)
        }
        return Self.judged(known.subject)
    }

    private static func judged(_ session: LegacySubject?) -> Judged<LegacySubject> {
        session.map { (.valid($0), nil) } ?? (.expired(nil), .sessionUnknown)
    }

    /// Of two verifiers of one token: who takes it outweighs who refuses it, and a refusal outweighs a session that was
    /// not found, because any token is a session that was not found.
    private static func better(_ a: Judged<LegacySubject>, _ b: Judged<LegacySubject>) -> Judged<LegacySubject> {
        func weight(_ verdict: Verdict<LegacySubject>) -> Int {
            switch verdict {
            case .absent: 0
            case .foreign: 1
            case .expired(nil): 2
            case .forged: 3
            case .expired(.some): 4
            case .unavailable: 5
            case .valid: 6
            }
        }
        return weight(b.verdict) > weight(a.verdict) ? b : a
    }
}
