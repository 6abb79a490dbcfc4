import Authentication
import Snapshot
import Sockets
import Telemetry

/// Sessions that end before their tokens do: what the worker remembers of them, and the tunnels that they have opened.
extension Worker {
    func adoptRevocations() {
        tokens.revoked = revocations.value
        for session in tunnelSessions.values where isRevoked(session.subject) { session.end() }
    }

    private func isRevoked(_ subject: ClerkSubject) -> Bool {
        !revocations.value.isEmpty && revocations.value.holds(subject, at: UnixTime(milliseconds: loop.wallMilliseconds))
    }

    /// For as long as a tunnel is open. The session may have ended while its origin was asked.
    func follow(_ subject: ClerkSubject?, on strand: Strand) -> TunnelSession? {
        guard let subject else { return nil }
        let session = TunnelSession(subject, on: strand)
        tunnelSessions[ObjectIdentifier(session)] = session
        if isRevoked(subject) { session.end() }
        return session
    }

    func unfollow(_ session: TunnelSession?) { if let session { tunnelSessions[ObjectIdentifier(session)] = nil } }
}
