/// Every limit of this module, with its unit in its name and its reason beside it.
package enum IdentityLimits {
    /// How long a caller is believed. NOTIFY and every reconnect of the LISTEN connection drop callers earlier; this is
    /// the bound for a row that somebody changed behind our back.
    package static let callerSeconds: Int64 = 60
    /// How long a refusal is: long enough that a retrying client does not ask Clerk and the database each time, short
    /// enough that somebody who just verified an address does not notice.
    package static let refusalSeconds: Int64 = 5
    /// Callers of each kind that one worker remembers, about half a KiB each.
    package static let callers = 32_768
    /// Minted credentials that one worker keeps for routes that mint alike, about half a KiB each.
    package static let minted = 8_192
    /// How long before its end a minted credential is replaced: the origin must still have time to look at it.
    package static let mintedMarginSeconds: Int64 = 5
    /// Requests for the confirmation page that a Clerk user may make at once; a person makes two.
    package static let attempts = 10
    /// After these, one in so many seconds.
    package static let attemptSeconds: Int64 = 6
    /// Requests for the page of invitations from one address at once: an office has one address, and a mail server may open the
    /// link of everybody's mail.
    package static let openings = 600
    /// After these, one in so many seconds.
    package static let openingSeconds: Int64 = 1
    /// Clerk users, and users and addresses likewise, whose requests the process remembers.
    package static let limitedUsers = 4_096
    /// `Retry-After` where the other side named no time.
    package static let retryAfterSeconds = 1
}
