/// Every limit of this module, with its unit in its name and its reason beside it.
package enum AuthenticationLimits {
    /// Credentials tried from one source. Several cookies of one name come from several paths or domains; an attacker
    /// on a sibling domain can plant many, and each costs a signature.
    package static let perSource = 4
    /// Longest token that is judged at all: twice the 4 KiB that a browser allows a cookie.
    package static let tokenBytes = 8_192
    /// Longest id that a client may assert: a UUID has 36 characters, Clerk's ids 32.
    static let assertedBytes = 256
    /// Clocks of Clerk, of the old application and ours may differ by this much (Clerk's own SDKs allow as much).
    package static let leewaySeconds: Int64 = 5
    /// Verified tokens that one worker remembers: 10,000 users whose tokens change every minute fit.
    package static let cachedTokens = 16_384
    /// Memory for the bytes of these tokens. A Clerk token has 600 to 1,500 bytes.
    package static let cachedTokenBytes = 16 * 1_048_576
    /// Answers about sessions and revocations that one worker remembers.
    package static let cachedAnswers = 16_384
    /// How long a session that was not found stays not found: short, since signing in makes it found, and long enough
    /// that a page full of requests with a dead cookie asks once.
    package static let negativeSeconds: Int64 = 2
    /// `Retry-After` where the other side named no time.
    package static let retryAfterSeconds = 1
}
