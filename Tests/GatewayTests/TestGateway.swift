import Authentication
import Files
import GatewayTesting
import Identity
import JSON
import Settings
import Snapshot
import Sockets

@testable import Gateway

/// One gateway for all journeys: a worker on its loop, listening on loopback. Each journey adopts settings and people of its
/// own, as after a change of the settings file. What touches it runs on its loop.
final class TestGateway: @unchecked Sendable {
    let worker: Worker
    let loop: Loop
    let plan: Published<Plan>
    let revocations = Published(RevocationSet())
    private let attempts = Guarded(AttemptLimiters())
    private let log: LogFile

    static let shared = TestGateway()

    /// Sessions of the old application: those of the people in journeys, anew for each settings, or others that stay.
    private(set) var store: FakeLegacyStore
    private let keepsStore: Bool

    init(store: FakeLegacyStore? = nil) {
        (self.store, keepsStore) = (store ?? People.store, store != nil)
        do {
            log = try LogFile()
            plan = Published(try TestGateway.plan("", origin: nil, self.store))
            worker = try Worker(
                name: "journeys", plan: plan, revocations: revocations, attempts: attempts, log: log.thread, share: 1,
                seed: 1)
            loop = worker.loop
            try worker.listen(on: [Address("127.0.0.1:0")!])
            worker.start()
        } catch {
            fatalError("no gateway for the journeys: \(error)")
        }
    }

    var address: Address { worker.addresses[0] }

    /// The worker adopts it at its next wake-up.
    func adopt(settings: String, away: Set<Journey.Neighbour>, origin: Address?) throws {
        if !keepsStore { store = People.store }
        // Those of one journey are not those of the next.
        attempts.withLock { $0 = AttemptLimiters() }
        plan.publish(try TestGateway.plan(settings, origin: origin, store, away: away))
    }

    /// What the access log says since it was asked last.
    func takeLog() async -> String {
        await worker.flushLog()
        return log.take()
    }

    /// A copy of what the worker has counted.
    func counters() async -> Counters? {
        let worker = worker
        return await onLoop { await worker.snapshot() }
    }

    func onLoop<Answer: Sendable>(_ body: @escaping @Sendable () async -> Answer) async -> Answer {
        let loop = loop
        return await withCheckedContinuation { done in loop.spawn { done.resume(returning: await body()) } }
    }

    private static func plan(
        _ changes: String, origin: Address?, _ store: FakeLegacyStore, away: Set<Journey.Neighbour> = []
    ) throws -> Plan {
        let file = Journeys.folder + "/settings.json"
        let text = try changing(JSONValue(parsing: Files.read(file, bytesMax: 1 << 20)), changes)
        let settings = try SettingsLoader.load(text, path: file, environment: [:]).settings
        let services = People.services(store: store, away: away)
        return Plan(settings, services: services, origins: settings.origins.map { _ in Published(origin.map { [$0] } ?? []) })
    }

    private static func changing(_ base: JSONValue, _ changes: String) throws -> [UInt8] {
        let changes = changes.isEmpty ? [] : try JSONValue(parsing: Array("{\(changes)}".utf8)).object ?? []
        let kept = (base.object ?? []).filter { member in !changes.contains { $0.name == member.name } }
        var writer = JSONWriter()
        writer.value(JSONValue(.object(kept + changes)))
        return writer.bytes
    }
}
