package import Authentication
package import Telemetry

/// Tickets that sign somebody in to Clerk, once and soon. A fake answers in tests.
package protocol ClerkTickets: Sendable {
    func ticket(for user: ClerkUserID, seconds: Int) async -> TicketReply
}

package enum TicketReply: Sendable, Hashable {
    case ticket(Secret)
    /// Clerk has no such user any more.
    case noSuchUser
    /// Clerk is away, slow, limits us or refuses our key: nobody has got a ticket.
    case unavailable(retryAfterSeconds: Int)
}
