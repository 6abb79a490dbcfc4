import Authentication
import GatewayTesting
import Identity
import Migration

/// Who there is in a journey (`Journeys/README.md`).
enum People {
    static let ids = ["ada": "1", "bob": "2", "carol": "3", "dan": "4", "root": "5"]
    private static let linked: Set = ["ada", "bob", "dan"]

    static var directory: FakeDirectory {
        FakeDirectory(
            ids.map { name, id in
                DirectoryUser(
                    id, email: email(name), role: name == "root" ? "admin" : "user", isActive: name != "dan",
                    clerkUser: linked.contains(name) ? "user_" + name : nil)
            })
    }

    static var clerkUsers: FakeClerkUsers {
        FakeClerkUsers((Array(ids.keys) + ["eve"]).map { ClerkUser("user_" + $0, email: email($0)) })
    }

    static var store: FakeLegacyStore {
        let store = FakeLegacyStore()
        for (name, id) in ids { store.add(session: "sess-" + name, of: id) }
        return store
    }

    private static func email(_ name: String) -> String { name + "@example.com" }
}
