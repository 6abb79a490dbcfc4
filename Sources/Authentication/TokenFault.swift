/// Why a token was not accepted: for the log line and the label of a counter. The public text never says it.
package enum TokenFault: String, Sendable, CaseIterable {
    case tooLong = "too_long"
    case malformed
    case algorithm
    case type
    case category
    case issuer
    case audience
    case authorizedParty = "authorized_party"
    case keyUnknown = "key_unknown"
    case signature
    case expiryMissing = "expiry_missing"
    case expired
    case notYetValid = "not_yet_valid"
    case issuedInFuture = "issued_in_future"
    case subject
    case session
    case sessionPending = "session_pending"
    case userIDClaim = "user_id_claim"
    case tokenIDMissing = "token_id_missing"
    case issuedMissing = "issued_missing"
    case revoked
    /// The `active` query yields no row.
    case inactive
    /// One field or parameter asserts an id twice.
    case assertedTwice = "asserted_twice"
    case sessionUnknown = "session_unknown"
    case keysNotLoaded = "keys_not_loaded"
    case keysLimited = "keys_limited"
    case keysUnavailable = "keys_unavailable"
    case storeUnavailable = "store_unavailable"
}
