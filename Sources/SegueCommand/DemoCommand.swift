import Files
import Sockets
import Telemetry

/// `segue demo`: one legacy user's way to Clerk, on this machine, request by request.
enum DemoCommand {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let keeps = arguments.flag("keep", "leave everything running until Ctrl-C, and print how to use it")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue demo")
        arguments.example("segue demo --keep")
        if let end = arguments.finish() { return end }
        do {
            // Before any thread: they inherit which signals are blocked.
            Signals.block()
            let loop = try Loop(name: "demo")
            let stage = try DemoStage(settings: file, loop: loop)
            defer { stage.stop() }
            return try Demo(stage, loop: loop, keeps: keeps).run()
        } catch {
            return Terminal.fail("\(error)")
        }
    }
}

/// The run of the demo, on a loop, until it is over or told to end.
private final class Demo: @unchecked Sendable {
    private let stage: DemoStage
    private let loop: Loop
    private let keeps: Bool
    private let page = DemoPage.forStandardOutput()
    private var code = ExitCode.failed

    init(_ stage: DemoStage, loop: Loop, keeps: Bool) { (self.stage, self.loop, self.keeps) = (stage, loop, keeps) }

    func run() throws -> ExitCode {
        let signals = try Signals(loop: loop) { [loop] signal in if signal != .user1 { loop.stop() } }
        let demo = self
        loop.spawn { await demo.play() }
        withExtendedLifetime(signals) { loop.run() }
        return code
    }

    private func play() async {
        let start = Clock.monotonicMilliseconds()
        do {
            page.note("Segue in front of a small application that moves its users to Clerk.")
            try await stage.start()
            introduce()
            let holds = await DemoWalk(stage, page: page).run()
            code = holds ? .ok : .failed
            let seconds = Double((Clock.monotonicMilliseconds() - start) / 100) / 10
            Terminal.say("\n\(holds ? "Every step held" : "Not every step held"), in \(seconds) s.")
            if holds, keeps { return try await DemoGuide(stage).print() }
        } catch {
            Terminal.talk("segue: \(error)")
        }
        if code != .ok { reportLog() }
        loop.stop()
    }

    private func introduce() {
        page.say("gateway", ["\(stage.gateway.url), process \(stage.gateway.processID ?? 0), serving routes.json"])
        page.say("origin", ["http://\(stage.origin.address), answers with what it received"])
        page.say("Clerk", ["\(stage.clerk.running.url), emulated"])
        page.say("users", ["Ada, Bob and Grace, in SQLite; segue schema apply has made Segue's tables beside them"])
    }

    /// The last of what the gateway said, for whoever looks for the cause.
    private func reportLog() {
        let lines = stage.gateway.log().suffix(20)
        if !lines.isEmpty { Terminal.talk("\nThe gateway's log ends with:\n\(lines.joined(separator: "\n"))") }
    }
}
