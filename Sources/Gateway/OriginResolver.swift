import Glibc
package import Settings
package import Snapshot
package import Sockets

/// Keeps the addresses of origin servers up to date from a thread of its own, because the system's resolver blocks. A
/// name that cannot be resolved keeps the addresses that it had.
package final class OriginResolver: Sendable {
    private struct Followed: Sendable {
        let servers: [Origin.Server]
        let addresses: Published<[Address]>
    }

    private let followed = Guarded<[Followed]>([])

    /// How long an answer of the resolver is believed.
    private static let refreshSeconds: UInt32 = 30

    package init() {}

    /// Resolves the origins now, and follows them, and no others, from now on. It blocks while names are looked up.
    package func follow(_ origins: [Origin]) -> [Published<[Address]>] {
        let next = origins.map { Followed(servers: $0.servers, addresses: Published(OriginResolver.resolve($0.servers))) }
        followed.withLock { $0 = next }
        return next.map(\.addresses)
    }

    package func start() {
        startThread(name: "resolver") { [self] in
            while true {
                sleep(OriginResolver.refreshSeconds)
                for origin in followed.withLock({ $0 }) { OriginResolver.refresh(origin) }
            }
        }
    }

    private static func refresh(_ origin: Followed) {
        let found = resolve(origin.servers)
        guard !found.isEmpty, found != origin.addresses.read().value else { return }
        origin.addresses.publish(found)
    }

    private static func resolve(_ servers: [Origin.Server]) -> [Address] {
        servers.flatMap { Address.resolve(host: $0.host, port: $0.port) }
    }
}
