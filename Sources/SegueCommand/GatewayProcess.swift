import Admin
import Authentication
import Crypto
import Directory
import Fetch
import Gateway
import HTTPServer
import Identity
import Logging
import Settings
import Snapshot
import Sockets
import Telemetry

/// The running gateway: its workers, the threads that answer them, and the control loop, on which settings are loaded
/// anew, signals arrive and the admin listener is served. What changes after the start changes on that loop alone.
final class GatewayProcess: @unchecked Sendable {
    let control: Loop
    let log: Logger
    let logThread: LogThread
    let file: String
    let environment: [String: String]
    /// What the process began with.
    let started: Settings
    let engine = FetchEngine()
    let resolver = OriginResolver()
    let plan: Published<Plan>
    /// Whose tokens are refused before they end.
    let revocations = Published(RevocationSet())
    private(set) var workers: [Worker] = []

    // Touched on the control loop only.
    var loaded: LoadedSettings
    var services: ServiceSet
    /// Why the file on disk is not in force.
    var problems: [String] = []
    var lastProblem: String? { problems.first }
    var live = LiveModes()
    var isSettling = false
    /// What the directory has announced while it was being asked.
    var settlesAgain = false
    var isReadingRevocations = false
    var readsRevocationsAgain = false
    /// They were announced, and the directory could not be asked.
    var mustReadRevocations = false
    var traffic = TrafficNotes()
    var reloads = ReloadQueue()
    let replaced = ReplacedDirectories()
    private(set) var isDraining = false
    private var admin: SmallServer?
    private var watches: [EventSource] = []

    /// Opens every port; throws before anything is served.
    init(_ loaded: LoadedSettings, environment: [String: String]) throws {
        (self.loaded, file, self.environment, started) = (loaded, loaded.file, environment, loaded.settings)
        let settings = loaded.settings
        logThread = LogThread(descriptor: 1)
        log = Logger(logThread, level: settings.log.level.logLevel) { UnixTime(milliseconds: Clock.wallMilliseconds()) }
        control = try Loop(name: "control")
        services = try ServiceSet(settings, after: nil, engine: engine, log: log)
        let origins = resolver.find(settings.origins)
        resolver.follow(origins)
        let first = Plan(settings, services: services.services(for: settings), origins: origins.map(\.addresses))
        plan = Published(first)
        // What counts for a route asks this process, which is whole only now.
        if settings.routes.contains(where: { $0.answer != nil }) {
            plan.publish(
                Plan(settings, services: services(of: services, for: settings), origins: origins.map(\.addresses)))
        }
        // Key material that OpenSSL refuses must be found before a worker finds it.
        _ = try first.authenticator(version: 0, tokens: TokenCache(seed: 0))
        _ = try first.webhookVerifier()
        // The public port comes last: who can connect there finds everything else in place.
        try openAdmin(settings)
        try makeWorkers(settings)
        try watch()
    }

    private func makeWorkers(_ settings: Settings) throws {
        let addresses = try settings.listen.map { listen throws(SystemError) in
            guard let address = Address(listen.address) else { throw SystemError("listen \(listen.address)", code: 22) }
            return address
        }
        for address in addresses { try ListeningSocket.requireFree(address) }
        let count = settings.workers > 0 ? settings.workers : processorCount()
        let seed = RandomBytes.make(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let attempts = Guarded(AttemptLimiters())
        for index in 0..<count {
            let worker = try Worker(
                name: "worker-\(index)", plan: plan, revocations: revocations, attempts: attempts, log: logThread,
                share: count, seed: seed)
            // On this loop: the worker has requests to serve.
            worker.crowdHasGone = { [control] in control.post { returnFreeMemory() } }
            try worker.listen(on: workers.first?.addresses ?? addresses)
            workers.append(worker)
        }
    }

    private func openAdmin(_ settings: Settings) throws {
        guard let admin = settings.admin else { return }
        guard let address = Address(admin.address) else { throw SystemError("listen \(admin.address)", code: 22) }
        let service = AdminService(source: self)
        self.admin = try SmallServer(on: address, loop: control) { await service.handle($0) }
    }

    private func watch() throws {
        watches.append(try Signals(loop: control) { [unowned self] in received($0) })
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        watches.append(
            try FolderWatch(path: folder.isEmpty ? "/" : folder, loop: control) { [unowned self] in scheduleReload(force: false) })
    }

    // MARK: Life

    /// Serves until a signal ends it.
    func run() -> ExitCode {
        engine.start()
        resolver.start()
        follow(services)
        services.start(after: nil)
        watchDirectory()
        warn(of: loaded)
        warnOfFewFiles()
        let process = self
        control.spawn {
            await process.readLiveModes()
            await process.readFirstRevocations()
            process.serve()
        }
        control.run()
        log.log(.info, "stopped")
        logThread.drain(milliseconds: 2000)
        return .ok
    }

    private func serve() {
        for worker in workers { worker.start() }
        let addresses = workers.first?.addresses.map(\.description).joined(separator: ", ") ?? ""
        log.log(.info, "serving", ["listen": addresses, "admin": admin?.address?.description ?? "none", "version": Segue.version])
        followLiveModes()
        followRevocations()
        followTraffic()
    }

    /// A limit that the system cannot keep is found by clients, and late.
    private func warnOfFewFiles() {
        let (limits, shares) = (started.limits, workers.count)
        let origins = started.origins.reduce(0) { $0 + $1.connections * shares }
        let needed = limits.connections + limits.tunnels + origins + Self.otherFiles
        guard let allowed = OpenFiles.raiseLimit(), allowed < needed else { return }
        log.log(
            .warn, "the process may open fewer files than the settings' connections need",
            [
                "allowed": "\(allowed)", "needed": "\(needed)",
                "remedy": "raise LimitNOFILE (ulimit -n), or lower limits.connections",
            ])
    }

    /// Listeners, the database, Clerk, the log, timers: far fewer than this.
    private static let otherFiles = 128

    /// Says when the database goes and comes back, and what about it does not fit the settings.
    private func watchDirectory() {
        let process = self
        control.spawn {
            var wasUp: Bool?
            while true {
                await sleep(milliseconds: 1000)
                guard let health = process.services.directory?.health, health.isUp != wasUp else { continue }
                wasUp = health.isUp
                if health.isUp {
                    process.log.log(.info, "the database answers")
                } else {
                    process.log.log(
                        .error, "the database is away", ["reason": health.lastError?.description ?? "not connected yet"])
                }
            }
        }
    }

    private func received(_ signal: Signals.Signal) {
        switch signal {
        case .hangUp: scheduleReload(force: true)
        case .terminate, .interrupt: isDraining ? control.stop() : drain()
        case .user1:
            log.log(.warn, "SIGUSR1 does nothing here: the log goes to standard output, and SIGTERM drains")
        }
    }

    /// Takes no more connections, lets requests end, and stops when the last has, or when its time is up.
    private func drain() {
        isDraining = true
        let seconds = loaded.settings.shutdown.drainSeconds
        log.log(.info, "draining", ["seconds": "\(seconds)"])
        for worker in workers { worker.drain() }
        let process = self
        control.spawn {
            let deadline = process.control.deadline(inSeconds: seconds)
            while Deadline(milliseconds: process.control.now) < deadline, await process.unfinished() > 0 {
                await sleep(milliseconds: 100)
            }
            await process.flushAccessLogs()
            await process.noteTraffic()
            process.tellUnnotedTraffic()
            process.services.directory?.stop()
            process.control.stop()
        }
    }

    private func unfinished() async -> Int { await counters().reduce(0) { $0 + $1.connectionsOpen + $1.observationsOpen } }

    /// A copy of every worker's counters.
    func counters() async -> [Counters] {
        var all: [Counters] = []
        for worker in workers {
            if let counters = await worker.snapshot() { all.append(counters) }
        }
        return all
    }

    private func flushAccessLogs() async {
        for worker in workers { await worker.flushLog() }
    }
}

extension Log.Level {
    var logLevel: LogLevel {
        switch self {
        case .error: .error
        case .warn: .warn
        case .info: .info
        case .debug: .debug
        }
    }
}
