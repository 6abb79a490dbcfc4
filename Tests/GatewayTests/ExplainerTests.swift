import Authentication
import GatewayTesting
import HTTP
import HTTP1
import Routing
import Settings
import Snapshot
import Sockets
import Telemetry
import Testing

@testable import Gateway

/// `segue explain` says what the gateway does: every journey's first request is explained, and held against what the journey
/// says of the gateway itself. A step that one of the two learns and the other does not is found here.
@Suite(.serialized) struct ExplainerTests {
    /// Apart from that of the journeys, which run at the same time.
    private static let gateway = TestGateway()

    @Test(arguments: Journeys.all.filter { $0.explained != nil })
    func `an explanation is what the journey comes to`(_ journey: Journey) async throws {
        guard let (sent, told) = journey.explained else { return }
        let problem: String? = await Self.gateway.onLoop {
            do {
                return try await Self.problem(journey, sent, told)
            } catch {
                return "\(error)"
            }
        }
        if let problem { Issue.record(Comment(rawValue: "\(journey.file): \(problem)")) }
    }

    /// What is wrong; `nil` when the explanation is what the journey says.
    private static func problem(_ journey: Journey, _ sent: Journey.Step, _ told: Journey.Step) async throws -> String? {
        try Self.gateway.adopt(settings: journey.settings, away: journey.away, origin: nil)
        let now = UnixTime(milliseconds: Self.gateway.loop.wallMilliseconds)
        let placeholders = Placeholders(at: now)
        let message = try placeholders.bytes(sent.lines)
        let plan = Self.gateway.plan.read().value
        let explainer = Explainer(plan.settings, services: plan.services, peer: Address("127.0.0.1:1"), at: now, intention: { nil })
        let explanation = await explainer.explain(message)
        let pattern = try placeholders.pattern(told.lines, at: told.actor)
        // Chunked content is no part of the question.
        if explanation.lacksContent { return nil }
        if explanation.ownAnswer != nil { return told.actor == .client(1) ? nil : "it is explained as answered here" }
        switch (explanation.end(in: plan.settings), told.actor) {
        case (.forwarded(_, _, let head), .origin):
            if pattern.match(head.bytes.expose()) == .mismatch {
                return "the origin would get\n\(head.bytes.exposeText())\nand not\n\(told.lines.joined(separator: "\n"))"
            }
        case (.refused(let refusal), .client):
            // What stands behind the status is each journey's own choice.
            let status = "\(refusal.status.code)"
            if !(told.lines.first ?? "").contains(status) { return "\(status) \(refusal.code) is explained, and not \(told.lines)" }
        case (.refused(let refusal), _): return "\(refusal) is explained, and the journey goes on"
        case (.answered, .client):
            if !(told.lines.first ?? "").contains("200") { return "an answer is explained, and not \(told.lines)" }
        case (.answered, _): return "it is explained as answered, and the journey goes on"
        case (.forwarded, _): return "it is explained as forwarded, and the journey ends with \(told.lines)"
        }
        return nil
    }

    private func explain(_ message: String) async throws -> Explanation {
        try Self.gateway.adopt(settings: "", away: [], origin: nil)
        let plan = Self.gateway.plan.read().value
        return await Self.gateway.onLoop {
            let now = UnixTime(milliseconds: Self.gateway.loop.wallMilliseconds)
            let explainer = Explainer(
                plan.settings, services: plan.services, peer: Address("127.0.0.1:1"), at: now, intention: { nil })
            let text = message.replacing("{token ada}", with: TokenMint().session("user_ada", at: now).exposeText())
            return await explainer.explain(Array(text.replacing("\n", with: "\r\n").utf8) + Array("\r\n\r\n".utf8))
        }
    }

    @Test func `every mode has its end, and every credential its verdict`() async throws {
        let explanation = try await explain(
            "GET /dual/notes HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer {token ada}\nCookie: session_token=nobodys")
        #expect(explanation.outcomes.map(\.mode) == Mode.allCases)
        try #require(explanation.credentials.count == 2)
        let (bearer, cookie) = (explanation.credentials[0], explanation.credentials[1])
        #expect(bearer.place == "Authorization: bearer" && bearer.clerk?.standing == .valid && bearer.clerk?.subject == "user_ada")
        #expect(bearer.legacy?.standing == .foreign)
        #expect(cookie.place == "cookie session_token" && cookie.clerk == nil && cookie.legacy?.fault == .sessionUnknown)
        let users = explanation.outcomes.compactMap { outcome -> String? in
            if case .forwarded(let caller?, _, _) = outcome.end { return "\(outcome.mode) \(caller.user)" }
            return nil
        }
        #expect(users == ["dual 1", "clerk 1"])
    }

    @Test func `what proves somebody is nowhere in what is shown`() async throws {
        let explanation = try await explain(
            """
            GET /observe/notes?access_token=s3cr3t-1&page=2 HTTP/1.1
            Host: api.example.com
            Authorization: Legacy sess-ada-and-more
            Cookie: a=1; session_token=sess-ada; __session=s3cr3t-2
            X-Api-Key: s3cr3t-3
            X-Csrf-Token: s3cr3t-4
            Proxy-Authorization: Basic s3cr3t-5
            X-Copy: sess-ada
            """)
        var heads = 0
        for outcome in explanation.outcomes {
            guard case .forwarded(_, _, let head) = outcome.end else { continue }
            heads += 1
            #expect(!head.text.contains("s3cr3t") && !head.text.contains("sess-ada"), "\(head.text)")
            #expect(head.text.contains("page=2") && head.text.contains("session_token=[redacted]"))
        }
        #expect(heads > 0)
        #expect(!"\(explanation)".contains("sess-ada"))
    }

    @Test func `what is refused before a route is named with its reason`() async throws {
        for (line, code) in [
            ("GET /a/../b HTTP/1.1", "path_ambiguous"), ("GET /nowhere HTTP/1.1", "no_route"),
            ("GE(T /a HTTP/1.1", "request_malformed"),
        ] {
            let explanation = try await explain("\(line)\nHost: api.example.com")
            #expect(explanation.refusal.map { "\($0.code)" } == code)
            #expect(explanation.outcomes.isEmpty)
        }
    }
}

extension Explanation {
    /// In the mode that the settings name.
    fileprivate func end(in settings: Settings) -> End {
        if let refusal { return .refused(refusal) }
        if case .decides(_, let end)? = canary { return end }
        let mode = route.map { settings.routes[$0].mode }
        return outcomes.first { $0.mode == mode }?.end ?? .refused(.clientGone)
    }
}

extension Journey {
    /// The first request, if it is a whole head, and what the origin, or the client, gets for it. What depends on the bytes
    /// behind the head, on the origin or on several requests is no matter of an explanation.
    fileprivate var explained: (sent: Step, told: Step)? {
        guard steps.count >= 2, steps[0].actor == .client(1), steps[0].action == .sends, !settings.contains("\"limits\""),
            steps[1].action == .gets
        else { return nil }
        let told = steps[1]
        guard let message = try? Placeholders(at: UnixTime(seconds: 1_789_992_000)).bytes(steps[0].lines) else { return nil }
        var parser = RequestParser()
        let limits = HeadLimits(requestLineBytes: 8192, headerBytes: 32_768, headerCount: 100)
        // What cannot be parsed has journeys of its own, and one reader.
        let head = RequestHead()
        guard case .head(let length)? = try? parser.parse(message.span, into: head, limits: limits) else { return nil }
        // Of two requests in one step the origin may get the second only.
        let isAlone = !String(decoding: message[length...], as: UTF8.self).contains(" HTTP/1.1")
        let isWhole = length == message.count || head.framing == .length(Int64(message.count - length))
        return isAlone && (isWhole || told.actor != .client(1)) ? (steps[0], told) : nil
    }
}
