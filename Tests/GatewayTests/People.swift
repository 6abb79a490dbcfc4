import Authentication
import GatewayTesting
import Identity
import Migration

@testable import Gateway

/// Who there is in a journey (`Journeys/README.md`).
enum People {
    static let ids = ["ada": "1", "bob": "2", "carol": "3", "dan": "4", "root": "5"].merging(odd) { id, _ in id }
    /// As in applications whose people choose their ids.
    private static let odd = [
        "slash": "a/b", "climber": "../1", "percent": "50%", "escape": "%2e%2e", "dots": "..", "dot": ".", "greek": "α β",
        "semicolon": "1;a=b", "backslash": "a\\b", "admin": "admin", "plain": "a.b-c_d~e",
    ]
    private static let linked: Set = ["ada", "bob", "dan"]

    /// What the gateway asks about them, and gets no answer from whoever is away.
    static func services(store: FakeLegacyStore, away: Set<Journey.Neighbour>) -> Services {
        let (directory, clerkUsers, keys, sessions) = (directory, clerkUsers, TokenMint().keySet, FakeSessionRows())
        if away.contains(.directory) {
            directory.fail(.timedOut)
            store.fail(.timedOut)
            sessions.fail(.timedOut)
        }
        if away.contains(.clerk) { clerkUsers.fail(.unavailable(retryAfterSeconds: 7)) }
        let keySource = FakeKeySource(published: keys, next: away.contains(.keys) ? .failure(.unavailable) : .success(keys))
        let userInfo = FakeUserInfo()
        for (name, id) in ids { userInfo.add("me-" + name, of: id) }
        if away.contains(.directory) { userInfo.fail(.timedOut) }
        var services = Services()
        services.userInfo = userInfo
        (services.directory, services.store, services.clerkUsers) = (directory, store, clerkUsers)
        services.sessions = sessions
        services.upgrades = FakeUpgrades(outage: away.contains(.directory) ? .timedOut : nil)
        services.tickets = FakeTickets(isAway: away.contains(.clerk))
        services.status = FakeStatus(outage: away.contains(.directory) ? .timedOut : nil)
        (services.keys, services.keySource) = (keySource.published, keySource)
        return services
    }

    private static var directory: FakeDirectory {
        FakeDirectory(
            ids.map { name, id in
                DirectoryUser(
                    id, email: email(name), role: name == "root" ? "admin" : "user", isActive: name != "dan",
                    clerkUser: linked.contains(name) ? "user_" + name : nil)
            })
    }

    private static var clerkUsers: FakeClerkUsers {
        FakeClerkUsers((Array(ids.keys) + ["eve"]).map { ClerkUser("user_" + $0, email: email($0)) })
    }

    static var store: FakeLegacyStore {
        let store = FakeLegacyStore()
        for (name, id) in ids { store.add(session: "sess-" + name, of: id) }
        return store
    }

    private static func email(_ name: String) -> String { name + "@example.com" }
}
