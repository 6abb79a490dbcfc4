import Settings
import Telemetry
import Testing

/// What a process makes of the overrides in the directory.
@Suite struct LiveModesTests {
    private let now = UnixTime(seconds: 1_767_225_600)

    private func settings(_ mode: String = "dual") throws -> Settings {
        try Sample.load(Sample.changing("routes.0.mode", to: "\"\(mode)\"")).settings
    }

    private func override(_ mode: Mode, over base: Mode = .dual, route: String = "posts", expires: UnixTime? = nil) -> RouteOverride
    {
        RouteOverride(route: route, mode: mode, base: base, actor: "ada", made: now, expires: expires)
    }

    @Test func `an override is in force while the file says what it was made against, and is told once`() throws {
        var live = LiveModes()
        let row = override(.clerk)
        #expect(live.rows == nil)
        #expect(live.settle([row], with: try settings(), at: now).map(\.standing) == [.inForce])
        #expect(live.settle([row], with: try settings(), at: now).isEmpty)
        #expect(live.settle(nil, with: try settings(), at: now).isEmpty)
        #expect(live.inForce == [row])
        #expect(try settings().overridden(by: live.inForce).routes.map(\.mode) == [.clerk, .observe])
        #expect(live.settle([], with: try settings(), at: now).isEmpty && live.inForce.isEmpty)
    }

    @Test(arguments: [
        ("clerk", RouteOverride.Standing.fileAgrees), ("legacy", .baseChanged(.legacy)), ("deny", .baseChanged(.deny)),
    ]) func `it is dropped when the file says the same or something new, and stays dropped`(
        mode: String, standing: RouteOverride.Standing
    ) throws {
        var live = LiveModes()
        let row = override(.clerk)
        _ = live.settle([row], with: try settings(), at: now)
        #expect(live.settle(nil, with: try settings(mode), at: now).map(\.standing) == [standing])
        #expect(live.inForce.isEmpty)
        // The file changes back: what somebody meant then must not come back by itself.
        #expect(live.settle([row], with: try settings(), at: now).isEmpty)
        #expect(live.inForce.isEmpty)
        // Set again, it is another one.
        let again = RouteOverride(
            route: "posts", mode: .clerk, base: .dual, actor: "ada", made: now.adding(seconds: 1), expires: nil)
        #expect(live.settle([again], with: try settings(), at: now).map(\.standing) == [.inForce])
    }

    @Test func `it ends when its time is over, also while the directory is away`() throws {
        var live = LiveModes()
        let row = override(.deny, expires: now.adding(seconds: 60))
        _ = live.settle([row], with: try settings(), at: now)
        #expect(live.settle(nil, with: try settings(), at: now.adding(seconds: 59)).isEmpty)
        #expect(live.settle(nil, with: try settings(), at: now.adding(seconds: 60)).map(\.standing) == [.expired])
        #expect(live.inForce.isEmpty)
    }

    @Test func `a row that is over is removed once a rolling change must be through`() throws {
        var live = LiveModes()
        let row = override(.clerk)
        _ = live.settle([row], with: try settings("clerk"), at: now)
        #expect(live.toRemove(at: now.adding(seconds: LiveModes.graceSeconds - 1)).isEmpty)
        #expect(live.toRemove(at: now.adding(seconds: LiveModes.graceSeconds)) == [row])
        _ = live.settle([], with: try settings("clerk"), at: now)
        #expect(live.toRemove(at: now.adding(seconds: LiveModes.graceSeconds)).isEmpty)
    }

    @Test func `an unknown route and an impossible mode are told, and followed as soon as they can be`() throws {
        var live = LiveModes()
        var bare = try settings()
        bare.clerk = nil
        bare.routes[0].mode = .legacy
        let rows = [override(.clerk, over: .legacy), override(.deny, over: .dual, route: "gone")]
        #expect(live.settle(rows, with: bare, at: now).map(\.standing) == [.impossible("there is no clerk section"), .noRoute])
        #expect(live.settle(rows, with: bare, at: now).isEmpty && live.inForce.isEmpty)
        #expect(live.settle(rows, with: try settings("legacy"), at: now).map(\.standing) == [.inForce])
    }

    @Test func `what a mode needs is asked before it is given`() throws {
        var settings = try settings()
        let route = settings.routes[0]
        for mode in Mode.allCases { #expect(settings.obstacle(to: mode, on: route) == nil) }
        settings.legacy = []
        #expect(settings.obstacle(to: .legacy, on: route) != nil && settings.obstacle(to: .clerk, on: route) == nil)
        settings.clerk?.secretKey = nil
        #expect(settings.obstacle(to: .clerk, on: route) == "there is no clerk.secretKey")
        settings.directory = nil
        #expect(
            settings.obstacle(to: .clerk, on: route) == "there is no directory" && settings.obstacle(to: .deny, on: route) == nil)
        var closed = route
        closed.origin = nil
        #expect(settings.obstacle(to: .public, on: closed) == "the route has no origin")
    }

    @Test func `an override ends a canary`() throws {
        var settings = try settings()
        settings.routes[0].canary = .init(mode: .clerk, percent: 5)
        #expect(settings.overridden(by: [override(.legacy)]).routes[0].canary == nil)
        #expect(settings.overridden(by: []).routes[0].canary != nil)
    }

    @Test func `a canary needs a route that knows its callers, and what its mode needs`() throws {
        let canary = #"{ "mode": "clerk", "percent": 5 }"#
        #expect(try Sample.warnings("routes.0.canary", canary).isEmpty)
        #expect(
            try Sample.load(Sample.changing("routes.0.canary", to: canary)).settings.routes[0].canary
                == .init(mode: .clerk, percent: 5))
        #expect(try Sample.warnings("routes.1.canary", canary).map(\.path) == ["routes[1].canary"])
        #expect(try Sample.warnings("routes.0.canary", #"{ "mode": "dual", "percent": 5 }"#).map(\.path) == ["routes[0].canary"])
        for bad in [#"{ "mode": "deny", "percent": 5 }"#, #"{ "mode": "clerk", "percent": 101 }"#, #"{ "mode": "clerk" }"#] {
            #expect(try !Sample.problems("routes.0.canary", bad).isEmpty)
        }
        let without = try Sample.changing("clerk", to: nil).replacing("\"dual\"", with: "\"legacy\"")
            .replacing("\"set\"", with: "\"canary\": \(canary), \"set\"")
        #expect(throws: SettingsFailure.self) { try Sample.load(without) }
    }
}
