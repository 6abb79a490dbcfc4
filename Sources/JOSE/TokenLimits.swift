internal import JSON

/// What a token and a key set may take.
package enum TokenLimits {
    /// Clerk's fit into a cookie of 4 KiB; other issuers' are larger, and 8 KiB is what servers take in one field.
    package static let tokenBytes = 8 << 10
    /// What of a header may appear in a log: Clerk's `kid` has 31 characters.
    package static let keyIDBytes = 128
    /// Clerk's own is below 2 KiB.
    package static let keySetBytes = 256 << 10
    /// A rotation makes two of one; other issuers have a dozen.
    package static let keys = 64

    static let header = JSONLimits(bytes: tokenBytes, depth: 4, members: 32)
    static let claims = JSONLimits(bytes: tokenBytes, depth: 16, members: 256)
    static let keySet = JSONLimits(bytes: keySetBytes, depth: 8, members: 64)
}
