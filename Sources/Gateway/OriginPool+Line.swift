import HTTPServer
import Settings
import Sockets

// Who waits for a connection, first come, first served.
extension OriginPool {
    /// Whether there is a place, an idle connection or room for another, that is promised to nobody.
    var hasPlace: Bool { idle.count + origin.connections - open > promised }

    /// Returns when a place was promised. Whatever else wakes the strand, its client's next bytes, costs no turn; a client that
    /// has gone gives its own up, or the place that it was promised.
    func waitForPlace(
        for client: ServerConnection, _ presence: PresenceProbe, until deadline: Deadline
    ) async throws(ForwardFailure) {
        guard waiting.count < origin.waiting else { throw .origin(.busy) }
        var presence = presence
        let number = waiting.join(client.strand)
        while waiting.holds(number), !client.wire.socket.isBroken {
            let question = presence.due(for: client, on: loop)
            guard await client.strand.park(until: min(deadline, question)) == .timeout, waiting.holds(number) else { continue }
            guard deadline > question else {
                waiting.leave(number)
                throw .origin(.busy)
            }
            presence.ask(client)
        }
        let isGone = client.wire.socket.isBroken
        if waiting.holds(number) {
            waiting.leave(number)
        } else {
            promised -= 1
            if isGone { promisePlace() }
        }
        if isGone { throw .clientGone }
    }

    /// A place has come free. Each that is told leaves the queue: two places must not both be promised to the first.
    func promisePlace() {
        guard let strand = waiting.callNext() else { return }
        promised += 1
        strand.wake()
    }
}
