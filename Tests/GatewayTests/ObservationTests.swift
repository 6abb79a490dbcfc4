import Authentication
import GatewayTesting
import HTTP
import Settings
import Sockets
import Telemetry
import Testing

@testable import Gateway

/// Requests on a route in `observe` while the database says nothing.
@Suite(.serialized) struct ObservationTests {
    private let store: FakeLegacyStore
    private let gateway: TestGateway

    init() {
        store = FakeLegacyStore()
        for number in 0...Observation.observationsMax { store.add(session: "sess-\(number)", of: "1") }
        gateway = TestGateway(store: store)
    }

    /// Requests with old sessions, one after the other on one connection; each is to be answered before the next.
    private func play(_ sessions: some Sequence<Int>) async {
        let steps = sessions.map { number in
            """
            --- client sends
            GET /observe/notes HTTP/1.1
            Host: api.example.com
            Cookie: session_token=sess-\(number)

            --- origin gets
            GET /observe/notes HTTP/1.1
            Host: api.example.com
            Cookie: session_token=sess-\(number)
            {hop}

            --- origin sends
            {ok}
            --- client gets
            {ok}

            """
        }
        do {
            let problem = await JourneyRun.play(try Journey(file: "observe", "A test.\n\n" + steps.joined()), on: gateway)
            #expect(problem == nil)
        } catch {
            Issue.record(error)
        }
    }

    /// The access log's lines, when `count` observations are left open; in the end whatever is open.
    private func log(whenOpen count: Int = 0) async -> [Substring] {
        let gateway = gateway
        return await gateway.onLoop {
            var patience = 100_000
            while patience > 0, await gateway.worker.snapshot()?.observationsOpen != count { patience -= 1 }
            return await gateway.takeLog().split(separator: "\n")
        }
    }

    private func observed(_ outcome: String) async -> UInt64 {
        await gateway.counters()?.routes.reduce(0) { $0 + ($1.observed[.init(mode: "legacy", outcome: outcome)] ?? 0) } ?? 0
    }

    @Test func `nobody waits, and the verdict is counted and logged when it is there`() async {
        store.hold()
        await play([1, 2])
        let early = await log(whenOpen: 2)
        #expect(early.isEmpty)
        store.release()
        let lines = await log()
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains("\"path\":\"/observe/notes\"") && $0.contains("\"auth.legacy\":\"valid\"") })
        #expect(await observed("legacy") == 2)
        // What was learned is known now.
        await play([1])
        #expect(await log().count == 1)
    }

    @Test func `what could not be judged is unavailable`() async {
        store.hold()
        await play([1])
        store.fail(.timedOut)
        store.release()
        let lines = await log()
        #expect(lines.count == 1 && lines[0].contains("\"auth.legacy\":\"unavailable\""))
        #expect(await observed("unavailable") == 1)
    }

    @Test func `a token that expires while the origin answers was good`() async throws {
        let fixture = AuthenticationFixture()
        fixture.store.add(session: "sess-1", of: "1")
        let arrival = fixture.clock.now
        let token = fixture.mint.session(at: arrival).bearer
        let head = RequestHead(text: AuthenticationFixture.request(token, "Cookie: session_token=sess-1"))
        let requirement = Requirement(mode: .observe, isOptional: false, isSecure: true)
        #expect(try fixture.authenticator.observe(head, for: requirement, at: arrival) == nil, "the database must be asked")
        // Minutes pass: by the clock on the wall the token has long expired.
        let observation = Observation(of: head, requirement, try fixture.authenticator, at: arrival)
        await observation.judge()
        #expect(observation.evidence?.standings.clerk == .valid)
    }

    @Test func `a crowd that waits for the database grows only so far`() async {
        store.hold()
        await play(0...Observation.observationsMax)
        let lines = await log(whenOpen: Observation.observationsMax)
        #expect(lines.count == 1 && lines[0].contains("\"auth.legacy\":\"unavailable\""))
        store.release()
        #expect(await log().count == Observation.observationsMax)
    }
}
