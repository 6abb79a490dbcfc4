import Authentication
import Crypto
import Emulator
import Fetch
import Glibc
import HTTP
import HTTPServer
import JOSE
import JSON
import Migration
import Settings
import Snapshot
import Sockets
import Telemetry
import Testing

@testable import ClerkAPI

/// Both adapters over real sockets, with `segue emulate`'s logic at the other end.
@Suite final class AgainstEmulatorTests {
    private let loop: Loop
    private let server: SmallServer
    private let emulator: Emulator
    private let engine = FetchEngine()
    private let url: String
    private let directory: String
    private let reports = Guarded<[String]>([])

    init() throws {
        loop = try Loop(name: "clerk")
        let held = Guarded<Emulator?>(nil)
        server = try SmallServer(on: try #require(Address("127.0.0.1:0")), loop: loop) { request in
            await held.withLock { $0 }?.handle(request) ?? .text("", status: .serviceUnavailable)
        }
        url = "http://\(try #require(server.address))"
        emulator = try Emulator(EmulatorSettings(issuer: url, secretKey: Secret("sk_test_right"), origin: nil)) {
            UnixTime(milliseconds: Clock.wallMilliseconds())
        }
        held.withLock { [emulator] in $0 = emulator }
        directory = "/tmp/segue-keys-\(getpid())-\(UInt32.random(in: .min ... .max))"
        unsafe mkdir(directory, 0o700)
        loop.start()
        engine.start()
    }

    deinit {
        loop.stop()
        engine.stop()
        unsafe unlink("\(directory)/clerk-keys.json")
        unsafe rmdir(directory)
    }

    private func settings(key: String = "sk_test_right", jwks: String = "/.well-known/jwks.json") -> ClerkSettings {
        var settings = ClerkSettings(issuer: url, jwksURL: url + jwks)
        (settings.apiURL, settings.secretKey) = (url, Secret(key))
        return settings
    }

    private func keeper(_ settings: ClerkSettings) throws -> KeyKeeper {
        try KeyKeeper(settings: settings, client: FetchClient(engine: engine), stateDirectory: directory) { [reports] line in
            reports.withLock { $0.append(line) }
        }
    }

    private func users(_ settings: ClerkSettings) -> ClerkUsersAPI {
        ClerkUsersAPI(settings: settings, client: FetchClient(engine: engine)) { [reports] line in
            reports.withLock { $0.append(line) }
        }
    }

    @discardableResult
    private func command(_ name: String, _ content: String) async throws -> JSONValue {
        let request = ServerRequest(
            method: .post, path: "/__emulator/\(name)", fields: [("Content-Type", "application/json")], content: Array(content.utf8)
        )
        return try JSONValue(parsing: await emulator.handle(request).content)
    }

    /// Whether a fresh token of the emulator verifies with the keys that are published now.
    private func verifies(_ token: JSONValue, _ keeper: KeyKeeper) throws -> Bool {
        let token = try UnverifiedToken(try #require(token["jwt"]?.string))
        let ring = KeyRing()
        try ring.adopt(keeper.keys.read().value, version: 1)
        guard case .verified = ring.verify(token) else { return false }
        return true
    }

    private func until(_ condition: () -> Bool) async throws {
        for _ in 0..<500 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    @Test(arguments: ["/.well-known/jwks.json", "/v1/jwks"])
    func `keys are fetched, and again when a rotation is noticed`(path: String) async throws {
        try await command("users", #"{"id":"user_a"}"#)
        let keeper = try keeper(settings(jwks: path))
        keeper.start()
        try await until { keeper.status.keys == 1 }
        for kid in ["new", "same"] {
            let old = try await command("tokens", #"{"user_id":"user_a"}"#)
            try await command("rotate", #"{"kid":"\#(kid)"}"#)
            let new = try await command("tokens", #"{"user_id":"user_a"}"#)
            #expect(try !verifies(new, keeper))
            try await keeper.fetchAgain()
            #expect(try verifies(new, keeper))
            #expect(try verifies(old, keeper), "the old key overlaps")
        }
    }

    @Test func `after a restart with Clerk away the keys of before verify`() async throws {
        try await command("users", #"{"id":"user_a"}"#)
        let token = try await command("tokens", #"{"user_id":"user_a"}"#)
        let first = try keeper(settings())
        first.start()
        // The file is written behind the publication of the keys.
        try await until { unsafe access("\(directory)/clerk-keys.json", R_OK) == 0 && first.status.lastSuccess != nil }
        try await command("outage", #"{"on":true}"#)
        let second = try keeper(settings())
        second.start()
        #expect(try verifies(token, second))
        try await until { second.status.failures >= 1 }
        #expect(second.status.lastError == "status 503")
        // Unavailable; or limited, where the keeper has tried often enough meanwhile.
        await #expect(throws: KeyFetchFailure.self) { try await second.fetchAgain() }
        #expect(try verifies(token, second))
    }

    @Test func `keys that want a secret key are not given to a wrong one`() async throws {
        let keeper = try keeper(settings(key: "sk_test_wrong", jwks: "/v1/jwks"))
        keeper.start()
        try await until { keeper.status.failures >= 1 }
        #expect(keeper.status.lastError == "status 401" && keeper.keys.read().value.isEmpty)
    }

    @Test func `a user's evidence arrives on the loop that asked`() async throws {
        try await command(
            "users", #"{"id":"user_a","external_id":"42","email_addresses":[{"email_address":"a@example.com"}],"first_name":"Ada"}"#
        )
        let (api, loop) = (users(settings()), loop)
        let user: ClerkUser? = await withCheckedContinuation { continuation in
            loop.spawn {
                let user = try? await api.user(ClerkUserID("user_a"))
                continuation.resume(returning: Loop.current === loop ? user ?? nil : nil)
            }
        }
        #expect(user?.externalID == "42" && user?.firstName == "Ada")
        #expect(
            user?.primaryEmail
                == ClerkEmailAddress(address: "a@example.com", verification: .init(status: .verified, strategy: "email_code")))
        #expect(try await api.user(ClerkUserID("user_b")) == nil)
    }

    @Test func `users are found and deleted, and what cannot be an id is asked for nowhere`() async throws {
        try await command("users", #"{"id":"user_a"}"#)
        try await command("users", #"{"id":"user_b"}"#)
        let api = ClerkUserAdminAPI(settings(), secretKey: Secret("sk_test_right"), client: FetchClient(engine: engine))
        let impossible = ["", "user_a&limit=1", "user_a/sessions", "-user_a", "user a"]
        #expect(await api.users(.userIDs(impossible)) == .users([]))
        for id in impossible {
            guard case .hopeless = await api.delete(ClerkUserID(id)) else {
                Issue.record("\(id) was deleted")
                continue
            }
        }
        guard case .users(let found) = await api.users(.userIDs(["user_a", "user_b", "user_c"])) else {
            Issue.record("nobody was found")
            return
        }
        #expect(Set(found.map(\.id)) == [ClerkUserID("user_a"), ClerkUserID("user_b")])
        #expect(await api.delete(ClerkUserID("user_a")) == .deleted)
        #expect(await api.delete(ClerkUserID("user_a")) == .deleted)
        guard case .users(let left) = await api.users(.userIDs(["user_a", "user_b"])) else { return }
        #expect(left.map(\.id) == [ClerkUserID("user_b")])
    }

    @Test func `Clerk's own refusals of a user are understood`() async throws {
        let wrong = users(settings(key: "sk_test_wrong"))
        await #expect(throws: ClerkUsersFailure.unavailable(retryAfterSeconds: 30)) {
            _ = try await wrong.user(ClerkUserID("user_a"))
        }
        #expect(reports.withLock { $0.count } == 1)
        let right = users(settings())
        try await command("outage", #"{"on":true,"status":429,"retry_after":30}"#)
        await #expect(throws: ClerkUsersFailure.unavailable(retryAfterSeconds: 30)) {
            _ = try await right.user(ClerkUserID("user_a"))
        }
        #expect((1...30).contains(right.status.blockedSeconds))
    }
}
