import Crypto
import JOSE
package import Settings
import Telemetry

/// What one verifier makes of one token, before anybody else has looked at it.
enum Judgement<Subject: Sendable> {
    /// Not this verifier's to judge.
    case foreign(TokenFault)
    /// This verifier's, and refused.
    case refused(TokenFault)
    /// Refused, unless the keys have changed meanwhile.
    case unproved(TokenFault)
    /// `nil`: over by its own word, which nobody has proved.
    case expired(Subject?)
    case valid(Subject, TokenDates)
}

/// When a token is a session of our Clerk instance. One instance signs sessions, templates, machine and handshake
/// tokens with one key, so the signature says only whose it is; the rest says what it is.
package struct ClerkRules: Sendable {
    private static let sessionCategory = "cl_B7d4PD111AAA"
    /// Stamped on every class of token by some instances: it says nothing.
    private static let anyCategory = "cl_I7d4PD111III"

    private let issuer: String
    private let authorizedParties: [String]
    private let requireAuthorizedParty: Bool

    package init(_ settings: ClerkSettings) {
        issuer = settings.issuer
        authorizedParties = settings.authorizedParties
        requireAuthorizedParty = settings.requireAuthorizedParty
    }

    /// Whether the token says that our instance issued it: then it is ours to judge, and nobody's guess.
    func claims(_ token: UnverifiedToken) -> Bool {
        token.unverifiedClaims.string("iss", is: issuer).holds
    }

    /// The signature comes before every claim: a stranger learns nothing from the order of our refusals.
    func judge(_ token: UnverifiedToken, with keys: KeyRing, at now: UnixTime) -> (Judgement<ClerkSubject>, VerifiedToken?) {
        guard claims(token) else { return (.foreign(.issuer), nil) }
        // RS256 only: an HMAC made with the public key is what the confusion of algorithms looks like.
        guard token.header.algorithm == .signature(.rs256) else { return (.refused(.algorithm), nil) }
        guard !keys.keys.isEmpty else { return (unproved(token, .keysNotLoaded, at: now), nil) }
        switch keys.verify(token) {
        case .unknownKey: return (unproved(token, .keyUnknown, at: now), nil)
        // Clerk's `kid` is the instance id, so that a rotation may keep it: the signature may be good under a new key.
        case .badSignature, .algorithmMismatch: return (unproved(token, .signature, at: now), nil)
        case .verified(let verified): return (judge(verified, at: now), verified)
        }
    }

    /// No key can help a token that says itself that it is over. A claim that nobody has proved may decide against its token,
    /// and the old cookies of a retired key would otherwise use up the fetches that a rotation needs.
    private func unproved(_ token: UnverifiedToken, _ fault: TokenFault, at now: UnixTime) -> Judgement<ClerkSubject> {
        let isOver = (try? TokenDates(token.unverifiedClaims))?.areOver(at: now) ?? false
        return isOver ? .expired(nil) : .unproved(fault)
    }

    private func judge(_ token: VerifiedToken, at now: UnixTime) -> Judgement<ClerkSubject> {
        let claims = token.claims
        if let type = token.header.type, type != "JWT" { return .refused(.type) }
        if let category = token.header.category, category != Self.sessionCategory, category != Self.anyCategory {
            return .refused(.category)
        }
        guard case .value(let user) = claims.subject, user.hasPrefix("user_"), user.utf8.count > 5 else {
            return .refused(.subject)
        }
        guard case .value(let session) = claims.sessionID, !session.isEmpty else { return .refused(.session) }
        if let fault = partyFault(claims) { return .refused(fault) }
        switch claims.sessionStatus {
        case .absent, .value("active"): break
        // A session that still lacks a step counts as signed out: it is no session, and no attack either.
        case .value, .malformed: return .foreign(.sessionPending)
        }
        let isImpersonated: Bool
        if case .absent = claims.actor { isImpersonated = false } else { isImpersonated = true }
        let dates: TokenDates
        do throws(TokenDates.Fault) { dates = try TokenDates(claims) } catch { return .refused(error.reason) }
        guard let expires = dates.expires else { return .refused(.expiryMissing) }
        if let fault = dates.fault(requiresExpiry: true, checksIssued: true, at: now) { return .refused(fault) }
        let subject = ClerkSubject(
            user: ClerkUserID(user), session: ClerkSessionID(session), isImpersonated: isImpersonated, expires: expires,
            issued: dates.issued)
        return dates.areOver(at: now) ? .expired(subject) : .valid(subject, dates)
    }

    /// `azp` is the origin of the page that asked for the token: exact match, no pattern and no prefix. Native clients send
    /// none, which the settings may admit; a wrong one never passes.
    private func partyFault(_ claims: Claims) -> TokenFault? {
        for party in authorizedParties where claims.string("azp", is: party).holds { return nil }
        if case .absent = claims.authorizedParty { return requireAuthorizedParty ? .authorizedParty : nil }
        return .authorizedParty
    }
}
