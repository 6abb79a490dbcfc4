extension TokenFault {
    /// For an operator who asks why; a client is never told.
    package var words: String {
        switch self {
        case .tooLong: "longer than any token that is read"
        case .malformed: "not of this kind"
        case .algorithm: "signed with another algorithm than the settings name"
        case .type: "its typ is not JWT"
        case .category: "its cat is not a session's"
        case .issuer: "another issuer"
        case .audience: "its aud is not the one in the settings"
        case .authorizedParty: "its azp is not among authorizedParties"
        case .keyUnknown: "signed with a key that nobody here knows"
        case .signature: "the signature is wrong"
        case .expiryMissing: "it has no exp"
        case .issuedMissing: "it has no iat, by which revocations are looked up"
        case .inactive: "its user is not active"
        case .assertedTwice: "an id is asserted twice in one place"
        case .expired: "it is over"
        case .notYetValid: "its nbf is in the future"
        case .issuedInFuture: "its iat is in the future; is the clock right?"
        case .subject: "its sub is no Clerk user"
        case .session: "it has no sid, so it is no session"
        case .sessionPending: "its session still lacks a step (sts)"
        case .userIDClaim: "the claim that the settings name holds no user id"
        case .tokenIDMissing: "it has no jti, so nobody can say that it was not revoked"
        case .revoked: "it was revoked"
        case .sessionUnknown: "no session row: run out, signed out, or never there"
        case .keysNotLoaded: "Clerk's keys were never loaded"
        case .keysLimited: "Clerk's keys were asked for too often just now"
        case .keysUnavailable: "Clerk's keys cannot be fetched"
        case .storeUnavailable: "the database cannot be asked"
        }
    }
}
