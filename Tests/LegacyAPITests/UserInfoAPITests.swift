import Authentication
import Fetch
import HTTP
import Settings
import Snapshot
import Telemetry
import Testing

@testable import LegacyAPI

@Suite struct UserInfoAPITests {
    /// The old application: answers come when the test gives them.
    private final class FakeApplication: Sendable {
        let requests = Guarded<[(request: FetchRequest, completion: FetchCompletion)]>([])
        let reports = Guarded<[String]>([])

        func calls() -> UserInfoCalls {
            UserInfoCalls(
                report: { line in self.reports.withLock { $0.append(line) } },
                start: { request, completion in self.requests.withLock { $0.append((request, completion)) } })
        }

        /// Waits for a call and answers it; the request that it was.
        @discardableResult
        func answer(_ result: Result<FetchResponse, FetchError>) async -> FetchRequest {
            while true {
                if let first = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                    first.completion(result)
                    return first.request
                }
                await Task.yield()
            }
        }
    }

    private let application = FakeApplication()

    private static func entry(_ member: String = "id", url: String = "http://127.0.0.1:9000/me") -> LegacySettings {
        LegacySettings(name: "me", from: [.bearer], kind: .userInfo(.init(url: url, userIDMember: member)))
    }

    private func ask(_ api: UserInfoAPI, _ source: CredentialSource = .bearer, _ credential: String = "abc") async
        -> Result<UserID?, Unavailable>
    {
        do throws(Unavailable) { return .success(try await api.user(entry: 0, credential: Secret(credential), from: source)) } catch
        {
            return .failure(error)
        }
    }

    private func outcome(_ status: UInt16, _ content: String, member: String = "id") async -> Result<UserID?, Unavailable> {
        let api = UserInfoAPI([Self.entry(member)], through: application.calls())
        async let result = ask(api)
        await application.answer(.success(FetchResponse(status: Status(status), content: Array(content.utf8))))
        return await result
    }

    private func isTrouble(_ result: Result<UserID?, Unavailable>) -> Bool {
        if case .failure(.away) = result { true } else { false }
    }

    @Test(arguments: [
        (#"{"id":7}"#, "id"), (#"{"id":"7","name":"Ada"}"#, "id"), (#"{"user":{"id":"7"}}"#, "user.id"), (#"{"sub":7.0}"#, "sub"),
    ]) func `an answer names the user`(content: String, member: String) async {
        #expect(await outcome(200, content, member: member) == .success(UserID("7")))
    }

    @Test(arguments: [401, 403] as [UInt16]) func `401 and 403 say that it is nobody's`(status: UInt16) async {
        #expect(await outcome(status, "") == .success(nil))
    }

    @Test(
        arguments: [
            (200, "{}"), (200, "[]"), (200, ""), (200, #"{"id":null}"#), (200, #"{"id":""}"#), (200, #"{"id":1.5}"#),
            (200, "<html>"),
            (200, #"{"id":7,"id":8}"#), (204, ""), (302, ""), (400, #"{"id":7}"#), (404, ""), (429, ""), (500, #"{"id":7}"#),
            (503, ""),
        ] as [(UInt16, String)]) func `anything else is trouble, and nobody's 401`(status: UInt16, content: String) async
    {
        #expect(isTrouble(await outcome(status, content)))
    }

    @Test func `a call that fails is trouble, which is told once, as is its end`() async {
        let calls = application.calls()
        let api = UserInfoAPI([Self.entry()], through: calls)
        for _ in 0..<2 {
            async let result = ask(api)
            await application.answer(.failure(.connect("refused")))
            #expect(isTrouble(await result))
        }
        async let result = ask(api)
        await application.answer(.success(FetchResponse(status: .ok, content: Array(#"{"id":7}"#.utf8))))
        #expect(await result == .success(UserID("7")))
        #expect(
            application.reports.withLock { $0 } == [
                #"legacy "me": the old application cannot say whose a credential is: refused"#,
                #"legacy "me": the old application answers again"#,
            ])
        #expect(calls.status["me"]?.calls == 3 && calls.status["me"]?.failures == 2)
    }

    @Test func `what arrives together is one call, and another credential another`() async {
        let api = UserInfoAPI([Self.entry()], through: application.calls())
        let answer = FetchResponse(status: .ok, content: Array(#"{"id":7}"#.utf8))
        async let first = ask(api)
        async let second = ask(api)
        async let third = ask(api, .cookie("sid"))
        while application.requests.withLock({ $0.count }) < 2 { await Task.yield() }
        // Time for a third call that must not come.
        for _ in 0..<100 { await Task.yield() }
        #expect(application.requests.withLock { $0.count } == 2)
        await application.answer(.success(answer))
        await application.answer(.success(answer))
        #expect(await [first, second, third] == [.success(UserID("7")), .success(UserID("7")), .success(UserID("7"))])
    }

    @Test(arguments: [
        (CredentialSource.bearer, "Authorization", "Bearer a+b", "/me"), (.scheme("Legacy"), "Authorization", "Legacy a+b", "/me"),
        (.cookie("sid"), "Cookie", "sid=a+b", "/me"), (.header("X-Token"), "X-Token", "a+b", "/me"),
        (.query("tok"), "Accept", "application/json", "/me?tok=a%2Bb"),
    ]) func `what is sent is the credential where it stood, and nothing else`(
        source: CredentialSource, name: String, value: String, path: String
    ) async {
        let api = UserInfoAPI([Self.entry()], through: application.calls())
        async let result = ask(api, source, "a+b")
        let request = await application.answer(.failure(.stopped))
        _ = await result
        #expect(request.url == "http://127.0.0.1:9000" + path && request.method == .get && request.content.isEmpty)
        #expect(Set(request.fields.map(\.name)) == ["Accept", name])
        #expect(request.fields.first { $0.name == name }?.value == Secret(value))
    }

    @Test func `an entry of another kind asks nobody`() async {
        let api = UserInfoAPI([LegacySettings(name: "a", from: [], kind: .asserted)], through: application.calls())
        #expect(isTrouble(await ask(api)))
    }
}
