import Authentication
import Fetch
import HTTP
import Settings
import Snapshot
import Telemetry
import Testing

@testable import ClerkAPI

@Suite struct ClerkUserRecordsTests {
    /// Answers calls in the order that the test gives, and notes them and the waits between them.
    private final class FakeClerk: Sendable {
        let requests = Guarded<[FetchRequest]>([])
        let pauses = Guarded<[Int]>([])
        private let answers: Guarded<[Result<FetchResponse, FetchError>]>

        init(_ answers: [Result<FetchResponse, FetchError>]) { self.answers = Guarded(answers) }

        var records: ClerkUserRecords {
            var settings = ClerkSettings(issuer: "https://x.clerk.accounts.dev", jwksURL: "")
            settings.apiURL = "https://api.clerk.test/"
            settings.secretKey = Secret("sk_test_abc")
            return ClerkUserRecords(
                settings: settings,
                send: { request in
                    self.requests.withLock { $0.append(request) }
                    // What is asked once more than the test foresees gets no answer.
                    return self.answers.withLock { $0.isEmpty ? .failure(.timeout(milliseconds: 1)) : $0.removeFirst() }
                },
                pause: { milliseconds in self.pauses.withLock { $0.append(milliseconds) } })
        }
    }

    private static func answer(
        _ status: UInt16, _ content: String = "", retryAfter: String? = nil
    ) -> Result<FetchResponse, FetchError> {
        let fields = retryAfter.map { [(name: "Retry-After", value: $0)] } ?? []
        return .success(FetchResponse(status: Status(status), fields: fields, content: Array(content.utf8)))
    }

    private static let notFound = #"{"errors":[{"code":"resource_not_found"}]}"#

    private func user(_ id: String, signedIn: String = "null") -> String {
        #"{"object":"user","id":"\#(id)","external_id":"42","last_sign_in_at":\#(signedIn),"banned":false,"locked":true}"#
    }

    private func there(_ id: String = "user_1", signedIn: String = "null") -> Result<FetchResponse, FetchError> {
        Self.answer(200, "[\(user(id, signedIn: signedIn))]")
    }

    private func delete(
        _ id: String = "user_1", in clerk: FakeClerk
    ) async throws(ClerkCallFailure) -> ClerkUserRecords.Deletion<String> {
        try await clerk.records.delete(ClerkUserID(id)) { $0.hasSignedIn ? "signed in" : nil }
    }

    private func failure(_ body: () async throws(ClerkCallFailure) -> Void) async -> ClerkCallFailure? {
        do throws(ClerkCallFailure) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `users are asked about a hundred at a time, and all hundred are wanted`() async throws {
        let clerk = FakeClerk([Self.answer(200, "[\(user("user_1", signedIn: "1700000000000"))]"), Self.answer(200, "[]")])
        let found = try await clerk.records.records(of: (1...101).map { ClerkUserID("user_\($0)") })
        #expect(
            found == [
                ClerkUserRecord(
                    id: ClerkUserID("user_1"), externalID: "42", hasSignedIn: true, isBanned: false, isLocked: true, isOurs: false)
            ])
        let urls = clerk.requests.withLock { $0.map(\.url) }
        #expect(urls.count == 2 && urls[0].hasPrefix("https://api.clerk.test/v1/users?limit=100&user_id=user_1&user_id=user_2&"))
        #expect(urls[1] == "https://api.clerk.test/v1/users?limit=100&user_id=user_101")
    }

    @Test(arguments: ["", "user_1&limit=1", "user_1/sessions", "-user_1", "user 1"])
    func `what cannot be an id is not asked about, and deletes nobody`(id: String) async throws {
        let clerk = FakeClerk([])
        let found = try await clerk.records.records(of: [ClerkUserID(id)])
        let end = try await delete(id, in: clerk)
        #expect(found.isEmpty && end == .gone && clerk.requests.withLock { $0.isEmpty })
    }

    @Test func `Clerk's limit is waited for as long as it says, and trouble a moment`() async throws {
        let refusals = [
            Self.answer(429, retryAfter: "7"), Self.answer(429), Self.answer(503), .failure(.timeout(milliseconds: 1)),
            Self.answer(409),
        ]
        let clerk = FakeClerk(refusals.flatMap { [there(), $0] } + [there(), Self.answer(200, "{}")])
        let end = try await delete(in: clerk)
        #expect(end == .deleted && clerk.pauses.withLock { $0 } == [7_000, 10_000, 1_000, 1_000, 1_000])
        #expect(clerk.requests.withLock { $0.map(\.method) } == Array(repeating: [.get, .delete], count: 6).flatMap(\.self))
    }

    @Test func `whoever signs in while a deletion waits is kept`() async throws {
        let clerk = FakeClerk([there(), Self.answer(429, retryAfter: "60"), there(signedIn: "1700000000000")])
        let end = try await delete(in: clerk)
        #expect(end == .kept("signed in") && clerk.requests.withLock { $0.map(\.method) } == [.get, .delete, .get])
    }

    @Test func `a user who is gone is gone`() async throws {
        let end = try await delete(in: FakeClerk([there(), Self.answer(404, Self.notFound)]))
        let before = try await delete(in: FakeClerk([Self.answer(200, "[]")]))
        let lost = try await delete(in: FakeClerk([there(), .failure(.timeout(milliseconds: 1)), Self.answer(200, "[]")]))
        #expect(end == .deleted && before == .gone && lost == .deleted)
    }

    @Test func `only the private metadata say that a run of ours created somebody`() async throws {
        for (member, isOurs) in [("private_metadata", true), ("public_metadata", false), ("unsafe_metadata", false)] {
            let marked = user("user_1").dropLast() + #","\#(member)":{"segue_batch":"b"}}"#
            let records = try await FakeClerk([Self.answer(200, "[\(marked)]")]).records.records(of: [ClerkUserID("user_1")])
            #expect(records.map(\.isOurs) == [isOurs])
        }
    }

    @Test(arguments: [(UInt16(401), ClerkCallFailure.refused(status: 401)), (403, .refused(status: 403))])
    func `a refused key ends it at once`(status: UInt16, expected: ClerkCallFailure) async {
        let clerk = FakeClerk([there(), Self.answer(status)])
        let failure = await failure { () throws(ClerkCallFailure) in _ = try await delete(in: clerk) }
        #expect(failure == expected && clerk.pauses.withLock { $0.isEmpty })
    }

    @Test(arguments: [(UInt16(404), "<html>"), (404, "{}"), (302, ""), (422, Self.notFound), (204, "")] as [(UInt16, String)])
    func `an answer that is not Clerk's is not taken for one`(status: UInt16, content: String) async {
        let clerk = FakeClerk([there(), Self.answer(status, content)])
        let failure = await failure { () throws(ClerkCallFailure) in _ = try await delete(in: clerk) }
        #expect(failure == .unexpected("status \(status)"))
    }

    @Test func `nobody waits for ever`() async {
        let clerk = FakeClerk([])
        let failure = await failure { () throws(ClerkCallFailure) in _ = try await delete(in: clerk) }
        guard case .unavailable = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(clerk.requests.withLock { $0.count } == 10)
    }

    @Test(arguments: [
        "", "{}", "[{}]", "[1]", #"[{"object":"user","id":"user_1","banned":false,"locked":false}]"#,
        #"[{"object":"user","id":"user_1","last_sign_in_at":null,"locked":false}]"#,
    ])
    func `a list that leaves open who has signed in is refused`(content: String) async {
        let clerk = FakeClerk([Self.answer(200, content)])
        let failure = await failure { () throws(ClerkCallFailure) in
            _ = try await clerk.records.records(of: [ClerkUserID("user_1")])
        }
        guard case .unexpected = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
