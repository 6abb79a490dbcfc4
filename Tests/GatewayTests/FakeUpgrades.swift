import Authentication
import Identity
import Migration
import Snapshot
import Telemetry

/// Which sessions were exchanged, in memory.
final class FakeUpgrades: UpgradeLog {
    private let outage: Unavailable?
    private let taken = Guarded<Set<String>>([])

    init(outage: Unavailable?) { self.outage = outage }

    func begin(_ upgrade: Upgrade) async throws(Unavailable) -> UpgradeStanding {
        if let outage { throw outage }
        return taken.withLock { $0.insert(upgrade.credential).inserted } ? .begun : .doneBefore
    }

    func finish(_ upgrade: Upgrade) async throws(Unavailable) {}

    func takeBack(_ upgrade: Upgrade) async throws(Unavailable) { _ = taken.withLock { $0.remove(upgrade.credential) } }
}

/// Clerk gives everybody a ticket, or is away.
struct FakeTickets: ClerkTickets {
    let isAway: Bool

    func ticket(for user: ClerkUserID, seconds: Int) async -> TicketReply {
        isAway ? .unavailable(retryAfterSeconds: 7) : .ticket(Secret("ticket-\(user.text)-\(seconds)"))
    }
}
