import Glibc
package import Settings
package import Snapshot
package import Sockets

/// Keeps the addresses of origin servers up to date from a thread of its own, because the system's resolver blocks. A
/// name that cannot be resolved keeps the addresses that it had, across a change of the settings too.
package final class OriginResolver: Sendable {
    package typealias LookUp = @Sendable (Origin.Server) -> [Address]

    private let lookUp: LookUp
    private let followed = Guarded<[FollowedOrigin]>([])

    package init(lookUp: @escaping LookUp = { Address.resolve(host: $0.host, port: $0.port) }) { self.lookUp = lookUp }

    /// Finds the addresses of these origins, in their order. It blocks for names that are not followed yet.
    package func find(_ origins: [Origin]) -> [FollowedOrigin] {
        origins.map { origin in
            known(origin) ?? FollowedOrigin(servers: origin.servers, addresses: Published(resolve(origin.servers)))
        }
    }

    /// The same for a task on a loop, which goes on meanwhile. What takes longer has no address for now: it is found once
    /// it is followed.
    package func find(_ origins: [Origin], timeoutMilliseconds: Int) async -> [FollowedOrigin] {
        if !origins.allSatisfy({ known($0) != nil }) {
            let resolver = self
            let found = await ask(timeoutMilliseconds: timeoutMilliseconds) { reply in
                startThread(name: "resolver-ask") { reply(resolver.find(origins)) }
            }
            if let found { return found }
        }
        return origins.map { known($0) ?? FollowedOrigin(servers: $0.servers, addresses: Published([])) }
    }

    private func known(_ origin: Origin) -> FollowedOrigin? {
        followed.withLock { held in held.first { $0.servers == origin.servers } }
    }

    /// Follows these origins, and no others, from now on.
    package func follow(_ next: [FollowedOrigin]) { followed.withLock { $0 = next } }

    package func start() {
        startThread(name: "resolver") { [self] in
            while true {
                let origins = followed.withLock { $0 }
                sleep(origins.contains { $0.isUnknown } ? FixedLimits.unknownNameSeconds : FixedLimits.nameSeconds)
                for origin in followed.withLock({ $0 }) { refresh(origin) }
            }
        }
    }

    private func refresh(_ origin: FollowedOrigin) {
        let found = resolve(origin.servers)
        guard !found.isEmpty, found != origin.addresses.read().value else { return }
        origin.addresses.publish(found)
    }

    private func resolve(_ servers: [Origin.Server]) -> [Address] { servers.flatMap { lookUp($0) } }
}

/// An origin's servers, and their addresses as the resolver last saw them.
package struct FollowedOrigin: Sendable {
    fileprivate let servers: [Origin.Server]
    package let addresses: Published<[Address]>

    package var isUnknown: Bool { addresses.read().value.isEmpty }
}
