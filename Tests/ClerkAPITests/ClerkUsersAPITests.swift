import Authentication
import Fetch
import HTTP
import Migration
import Settings
import Snapshot
import Telemetry
import Testing

@testable import ClerkAPI

@Suite struct ClerkUsersAPITests {
    /// Clerk, and the time: answers come when the test gives them.
    private final class FakeClerk: Sendable {
        let requests = Guarded<[(request: FetchRequest, completion: FetchCompletion)]>([])
        let reports = Guarded<[String]>([])
        let now = Guarded<Int64>(0)

        func api() -> ClerkUsersAPI {
            var settings = ClerkSettings(issuer: "https://x.clerk.accounts.dev", jwksURL: "")
            settings.apiURL = "https://api.clerk.test/"
            settings.secretKey = Secret("sk_test_abc")
            return ClerkUsersAPI(
                settings: settings, now: { self.now.withLock { $0 } },
                report: { line in self.reports.withLock { $0.append(line) } },
                start: { request, completion in self.requests.withLock { $0.append((request, completion)) } })
        }

        /// Waits for a call and answers it.
        func answer(_ status: UInt16, _ content: String, fields: [(name: String, value: String)] = []) async {
            await answer(.success(FetchResponse(status: Status(status), fields: fields, content: Array(content.utf8))))
        }

        func answer(_ result: Result<FetchResponse, FetchError>) async {
            while true {
                if let first = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return first.completion(result) }
                await Task.yield()
            }
        }
    }

    private let clerk = FakeClerk()
    private let id = ClerkUserID("user_1")

    static let user = #"""
        {"id":"user_1","object":"user","external_id":"42","primary_email_address_id":"idn_1","first_name":"Ada","last_name":null,
         "email_addresses":[
          {"id":"idn_2","object":"email_address","email_address":"other@example.com","verification":null},
          {"id":"idn_1","object":"email_address","email_address":"Ada@example.com","verification":{"status":"verified","strategy":"email_code"}}],
         "banned":false,"locked":true,"public_metadata":{"a":[1,2]},"unheard_of":1}
        """#

    private func outcome(_ api: ClerkUsersAPI, _ status: UInt16, _ content: String, fields: [(name: String, value: String)] = [])
        async
        -> Result<ClerkUser?, ClerkUsersFailure>
    {
        async let result = ask(api)
        await clerk.answer(status, content, fields: fields)
        return await result
    }

    private func ask(_ api: ClerkUsersAPI, _ id: ClerkUserID = ClerkUserID("user_1")) async -> Result<ClerkUser?, ClerkUsersFailure>
    {
        do throws(ClerkUsersFailure) { return .success(try await api.user(id)) } catch { return .failure(error) }
    }

    @Test func `a user is read with all that is evidence`() async throws {
        let user = try #require(try await outcome(clerk.api(), 200, Self.user).get())
        #expect(user.id == id)
        #expect(user.externalID == "42")
        #expect(
            user.primaryEmail
                == ClerkEmailAddress(address: "Ada@example.com", verification: .init(status: .verified, strategy: "email_code")))
        #expect(user.emailAddresses.map(\.address) == ["other@example.com", "Ada@example.com"])
        #expect(user.emailAddresses[0].verification == nil)
        #expect(user.firstName == "Ada" && user.lastName == nil && !user.isBanned && user.isLocked)
    }

    @Test func `the call names the user, the version and the key, and no error could print it`() async throws {
        let api = clerk.api()
        async let result = ask(api)
        while clerk.requests.withLock({ $0.isEmpty }) { await Task.yield() }
        let request = try #require(clerk.requests.withLock { $0.first?.request })
        #expect(request.url == "https://api.clerk.test/v1/users/user_1")
        #expect(request.method == .get && request.timeoutMilliseconds == 5_000)
        let fields = Dictionary(uniqueKeysWithValues: request.fields.map { ($0.name, $0.value.exposeText()) })
        #expect(fields["Clerk-API-Version"] == "2026-05-12")
        #expect(fields["Authorization"] == "Bearer sk_test_abc")
        #expect(!"\(request)".contains("sk_test_abc"))
        await clerk.answer(404, "{}")
        _ = await result
    }

    @Test func `Clerk's own 404 means no such user`() async {
        let content =
            #"{"errors":[{"message":"not found","long_message":"No user was found","code":"resource_not_found"}],"clerk_trace_id":"1"}"#
        #expect(await outcome(clerk.api(), 404, content) == .success(nil))
    }

    @Test(arguments: ["", "<html>", "{}", #"{"errors":[]}"#, #"{"errors":[{"code":"url_not_found"}]}"#])
    func `somebody else's 404 means that Clerk was not reached`(content: String) async {
        #expect(await outcome(clerk.api(), 404, content) == .failure(.unavailable(retryAfterSeconds: 1)))
    }

    @Test(arguments: [
        ("not JSON", "{"), ("another object", user.replacing(#""object":"user""#, with: #""object":"session""#)),
        ("another user", user.replacing(#""id":"user_1""#, with: #""id":"user_2""#)),
        ("no addresses", user.replacing("email_addresses", with: "addresses")),
        (
            "a primary that is not there",
            user.replacing(#""primary_email_address_id":"idn_1""#, with: #""primary_email_address_id":"idn_9""#)
        ),
        (
            "a primary that is a number",
            user.replacing(#""primary_email_address_id":"idn_1""#, with: #""primary_email_address_id":1"#)
        ),
        ("an external id that is a number", user.replacing(#""42""#, with: "42")),
        ("no verification", user.replacing(#","verification":null"#, with: "")),
        ("a status that is true", user.replacing(#""status":"verified""#, with: #""status":true"#)),
        ("banned as text", user.replacing(#""banned":false"#, with: #""banned":"false""#)),
        ("locked missing", user.replacing(#""locked":true,"#, with: "")),
        ("a member twice", user.replacing(#""unheard_of":1"#, with: #""external_id":"43""#)),
        ("an array", "[\(user)]"),
    ])
    func `a reply that is not as published proves nothing`(_ what: String, content: String) async {
        #expect(await outcome(clerk.api(), 200, content) == .failure(.unavailable(retryAfterSeconds: 5)))
    }

    @Test func `a status of verification that nobody knows is not verified`() async throws {
        let content = Self.user.replacing(#""status":"verified""#, with: #""status":"VERIFIED""#)
        #expect(try await outcome(clerk.api(), 200, content).get()?.primaryEmail?.verification?.status == .unknown)
    }

    @Test(arguments: [UInt16(500), 502, 503, 301, 204, 418])
    func `other answers mean that Clerk is away`(status: UInt16) async {
        #expect(await outcome(clerk.api(), status, Self.user) == .failure(.unavailable(retryAfterSeconds: 1)))
    }

    @Test func `a broken connection and a timeout mean that Clerk is away`() async {
        let api = clerk.api()
        for error in [FetchError.timeout(milliseconds: 5_000), .connect("refused"), .overloaded(waitingMax: 1_024)] {
            async let result = ask(api)
            await clerk.answer(.failure(error))
            #expect(await result == .failure(.unavailable(retryAfterSeconds: 1)))
        }
        #expect(api.status.failures == 3)
    }

    @Test(arguments: [UInt16(401), 403])
    func `a refused key is our trouble, reported once until it works again`(status: UInt16) async throws {
        let api = clerk.api()
        for _ in 0..<3 { #expect(await outcome(api, status, "{}") == .failure(.unavailable(retryAfterSeconds: 30))) }
        #expect(clerk.reports.withLock { $0.count } == 1)
        #expect(api.status.keyIsRefused)
        #expect(try await outcome(api, 200, Self.user).get() != nil)
        #expect(!api.status.keyIsRefused)
        _ = await outcome(api, status, "{}")
        #expect(clerk.reports.withLock { $0.count } == 2)
    }

    @Test func `after a 429 nobody calls until Retry-After is over`() async throws {
        let api = clerk.api()
        #expect(await outcome(api, 429, "{}", fields: [("Retry-After", "7")]) == .failure(.unavailable(retryAfterSeconds: 7)))
        clerk.now.withLock { $0 = 2_500 }
        #expect(await ask(api, ClerkUserID("user_2")) == .failure(.unavailable(retryAfterSeconds: 5)))
        #expect(clerk.requests.withLock { $0.isEmpty })
        #expect(api.status.blockedSeconds == 5)
        clerk.now.withLock { $0 = 7_000 }
        #expect(try await outcome(api, 200, Self.user).get() != nil)
    }

    @Test(arguments: [("", 10), ("soon", 10), ("-1", 10), ("0", 1), ("99999999", 600)])
    func `a 429 that does not say how long, or says nonsense, is bounded`(value: String, seconds: Int) async {
        #expect(
            await outcome(clerk.api(), 429, "", fields: [("retry-after", value)])
                == .failure(.unavailable(retryAfterSeconds: seconds)))
    }

    @Test func `a hundred who ask about one user are one call`() async {
        let api = clerk.api()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? await api.user(ClerkUserID("user_1")))?.externalID == "42" } }
            // All but the first have joined once all are counted; the fake answers only then.
            for _ in 0..<200 { await Task.yield() }
            await clerk.answer(200, Self.user)
            var answered = 0
            while answered < 100 {
                if clerk.requests.withLock({ !$0.isEmpty }) { await clerk.answer(200, Self.user) }
                if let isRight = await group.next() {
                    #expect(isRight)
                    answered += 1
                }
            }
        }
        #expect(api.status.calls <= 3)
        #expect(api.status.callsUnderWay == 0)
    }

    @Test(arguments: ["", "user_1/../../sessions", "user_1?x=1", "user_ä", "user 1", "../users"])
    func `an id that cannot be one is no user, and is not asked about`(text: String) async {
        #expect(await ask(clerk.api(), ClerkUserID(text)) == .success(nil))
        #expect(clerk.requests.withLock { $0.isEmpty })
    }
}
