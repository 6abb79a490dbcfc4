import Fetch
import HTTP
import HTTPServer
import JSON
import Settings
import Snapshot
import Sockets
import Telemetry

/// One request of the demo, and what came of it.
struct DemoExchange {
    let status: Status
    let content: [UInt8]
    /// What reached the origin meanwhile.
    let received: [ServerRequest]

    /// The word by which a refusal is known.
    var code: String? { (try? JSONValue(parsing: content))?["code"]?.string }
}

/// The walk of the demo: its steps in their order, what they share, and what they came to. It lives on one loop.
final class DemoWalk: @unchecked Sendable {
    struct Step: Sendable {
        /// What is claimed, and by the end of the step shown.
        let claim: String
        let run: @Sendable (DemoWalk) async throws -> Void
    }

    static let steps = [
        Step(claim: "A legacy JWT arrives as the right X-User-Id") { try await $0.legacyToken() },
        Step(claim: "A session cookie arrives as the same X-User-Id") { try await $0.sessionCookie() },
        Step(claim: "The first Clerk session is linked, and arrives as the same X-User-Id") { try await $0.firstClerkSession() },
        Step(claim: "A second Clerk user with the same e-mail address cannot take that row") { try await $0.secondClerkUser() },
        Step(claim: "Forged identity fields never arrive, however they are spelled") { try await $0.forgedFields() },
        Step(claim: "A tampered token is refused with 401") { try await $0.tamperedTokens() },
        Step(claim: "user_id= in the query is replaced by the caller's own id") { try await $0.assertedQuery() },
        Step(claim: "A route flips by an edit of the file, without a restart") { try await $0.flip() },
        Step(claim: "The migration status counts the linked user") { try await $0.migrationStatus() },
    ]

    let page: DemoPage
    let stage: DemoStage
    var ada: DemoPerson { stage.ada }
    var bob: DemoPerson { stage.bob }
    /// Ada's user in Clerk, from the third step on.
    var adaAtClerk = ""
    private var broken: [String] = []

    init(_ stage: DemoStage, page: DemoPage) { (self.stage, self.page) = (stage, page) }

    /// Takes every step, also after one that failed; whether all of them held.
    func run() async -> Bool {
        var verdicts: [(holds: Bool, text: String)] = []
        for (index, step) in Self.steps.enumerated() {
            page.heading(index + 1, step.claim)
            broken = []
            do { try await step.run(self) } catch { expect(false, "the step could not be taken: \(error)") }
            verdicts.append((broken.isEmpty, "\(index + 1). \(step.claim)"))
        }
        page.summary(verdicts)
        return verdicts.allSatisfy { $0.holds }
    }

    // MARK: What a step does

    /// Sends one request, and prints it, the answer and what the origin saw.
    @discardableResult
    func get(_ target: String, _ fields: [FetchRequest.Field], inFull: Bool = false) async throws -> DemoExchange {
        page.request(target, fields)
        let (exchange, answer) = try await exchange(stage.gateway.url + target, fields)
        page.answer(answer.status, answer.fields, answer.content)
        page.received(exchange.received, inFull: inFull)
        return exchange
    }

    /// The same without a word, at any URL.
    func exchange(_ url: String, _ fields: [FetchRequest.Field]) async throws -> (DemoExchange, FetchResponse) {
        _ = stage.origin.takeReceived()
        let request = FetchRequest(.get, url, fields: fields, timeoutMilliseconds: 5_000, responseBytesMax: 1 << 20)
        let answer = try await stage.client.send(request)
        let received = stage.origin.takeReceived()
        return (DemoExchange(status: answer.status, content: answer.content, received: received), answer)
    }

    /// Prints whether something holds that must.
    func expect(_ holds: Bool, _ what: String) {
        page.verdict(holds, what)
        if !holds { broken.append(what) }
    }

    func expectArrival(_ exchange: DemoExchange, of person: DemoPerson, by method: String) {
        let ids = exchange.received.flatMap { $0.values("X-User-Id") }
        let methods = exchange.received.flatMap { $0.values("X-Auth-Method") }
        expect(
            exchange.status == .ok && exchange.received.count == 1 && ids == [person.id] && methods == [method],
            "the origin was told \(person.name)'s id, once, proved by \(method)")
    }

    func expectRefusal(_ exchange: DemoExchange, _ status: Status, _ code: String) {
        expect(
            exchange.status == status && exchange.code == code && exchange.received.isEmpty,
            "refused with \(status.code) \(code), and the origin saw nothing of it")
    }
}
