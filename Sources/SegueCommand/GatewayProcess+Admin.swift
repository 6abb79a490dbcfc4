import Authentication
import Identity
import Sockets
import Admin
import ClerkAPI
import Directory
import Gateway
import LegacyAPI
import Logging
import Settings
import Snapshot
import Telemetry

/// What the process says about itself on the admin listener; the questions arrive on the control loop.
extension GatewayProcess: AdminSource {
    var version: String { Segue.version }

    var adminToken: Secret? { loaded.settings.admin?.token }

    func health() async -> Health {
        let causes = causes()
        if isDraining { return Health(state: .draining, causes: causes) }
        let isStarting = causes.contains { $0.code == "keys_missing" }
        return Health(state: isStarting ? .starting : causes.isEmpty ? .ready : .degraded, causes: causes)
    }

    private func causes() -> [Health.Cause] {
        var causes: [Health.Cause] = []
        if let lastProblem {
            causes.append(
                .init("settings_broken", "the file has mistakes; the settings before it are in force: \(lastProblem)")
            )
        }
        if let keys = services.keys?.status {
            if keys.keys == 0 {
                causes.append(
                    .init("keys_missing", "Clerk's keys were never loaded: \(keys.lastError ?? "the first fetch is under way")"))
            } else if keys.failuresInARow > 0 {
                causes.append(.init("keys_stale", "Clerk's keys are \(keys.ageSeconds ?? 0) s old: \(keys.lastError ?? "")"))
            }
        }
        if services.directory != nil, live.rows == nil {
            causes.append(
                .init("overrides_unknown", "whether a route was flipped live is not known yet: the file's modes are in force"))
        }
        if let directory = services.directory?.health {
            if !directory.isUp {
                causes.append(
                    .init("directory_away", "the database is away: \(directory.lastError?.description ?? "not connected yet")"))
            } else if directory.isListening == false {
                causes.append(.init("directory_deaf", "changes by other replicas arrive late: the LISTEN connection is away"))
            }
        }
        return causes
    }

    func routes() async -> [RouteReport] {
        zip(loaded.settings.routes, effective.routes).map { file, route in
            var report = RouteReport(name: route.name, mode: route.mode.rawValue, file: file.mode.rawValue)
            report.canary = route.canary.map { (mode: $0.mode.rawValue, percent: $0.percent) }
            report.override = live.inForce.first { $0.route == route.name }
            return report
        }
    }

    func verdicts() async -> [String: [VerdictCount]] {
        let workers = await counters()
        var verdicts: [String: [VerdictCount]] = [:]
        for (index, route) in plan.read().value.settings.routes.enumerated() {
            var total: [Counters.ObservedResult: UInt64] = [:]
            for worker in workers where worker.routes.count > index {
                total.merge(worker.routes[index].observed, uniquingKeysWith: +)
                total.merge(worker.routes[index].canary, uniquingKeysWith: +)
            }
            verdicts[route.name] = total.map { VerdictCount(mode: $0.key.mode, outcome: $0.key.outcome, count: $0.value) }
                .sorted { ($0.mode, $0.outcome) < ($1.mode, $1.outcome) }
        }
        return verdicts
    }

    func migrationCounts() async -> MigrationCounts? {
        guard let directory = services.directory else { return nil }
        return try? await directory.migrationCounts()
    }

    func metrics() async -> String {
        var text = MetricsText()
        text.family("segue_build_info", .gauge, "The version of this process.")
        text.sample("segue_build_info", [("version", version)], 1)
        text.family("segue_config_epoch", .gauge, "Versions of the settings adopted since the start.")
        text.sample("segue_config_epoch", [], plan.version)
        text.family("segue_config_last_reload_successful", .gauge, "0 while the file on disk has mistakes.")
        text.sample("segue_config_last_reload_successful", [], lastProblem == nil ? 1 : 0)
        text.add(await counters(), effective)
        addOverrides(to: &text)
        addKeys(to: &text)
        addClerk(to: &text)
        addRevocations(to: &text)
        addDirectory(to: &text)
        addUserInfo(to: &text)
        addProcess(to: &text)
        return text.text
    }

    private func addOverrides(to text: inout MetricsText) {
        guard !live.inForce.isEmpty else { return }
        text.family("segue_route_override_info", .gauge, "1 for each route whose mode was set while Segue runs.")
        for row in live.inForce {
            text.sample(
                "segue_route_override_info", [("route", row.route), ("mode", row.mode.rawValue), ("base", row.base.rawValue)], 1)
        }
    }

    private func addKeys(to text: inout MetricsText) {
        guard let keys = services.keys?.status else { return }
        if let age = keys.ageSeconds {
            text.family("segue_jwks_age_seconds", .gauge, "Since the last fetch of Clerk's keys that succeeded.")
            text.sample("segue_jwks_age_seconds", [], age)
        }
        text.family("segue_jwks_refresh_total", .counter, "Fetches of Clerk's keys.")
        text.sample("segue_jwks_refresh_total", [("outcome", "ok")], keys.fetches - keys.failures)
        text.sample("segue_jwks_refresh_total", [("outcome", "failed")], keys.failures)
        text.family("segue_jwks_limited_total", .counter, "Requests that could not wait for a fetch because of the limiter.")
        text.sample("segue_jwks_limited_total", [], keys.limited)
    }

    private func addClerk(to text: inout MetricsText) {
        guard let clerk = services.clerkUsers?.status else { return }
        text.family("segue_clerk_api_requests_total", .counter, "Calls of Clerk's Backend API.")
        text.sample("segue_clerk_api_requests_total", [("op", "get_user"), ("outcome", "ok")], clerk.calls - clerk.failures)
        text.sample("segue_clerk_api_requests_total", [("op", "get_user"), ("outcome", "failed")], clerk.failures)
    }

    private func addRevocations(to text: inout MetricsText) {
        guard loaded.settings.clerk != nil, services.directory != nil else { return }
        text.family("segue_revocations", .gauge, "Sessions and users whose tokens are refused though they have not ended.")
        text.sample("segue_revocations", [], revocations.read().value.count)
    }

    private func addDirectory(to text: inout MetricsText) {
        guard let directory = services.directory?.health else { return }
        text.family("segue_directory_up", .gauge, "1 while the database answers.")
        text.sample("segue_directory_up", [], directory.isUp ? 1 : 0)
        text.family("segue_directory_questions_total", .counter, "Questions to the database.")
        text.sample("segue_directory_questions_total", [("outcome", "answered")], directory.questionsAnswered)
        text.sample("segue_directory_questions_total", [("outcome", "refused")], directory.questionsRefused)
        text.family("segue_directory_queue_length", .gauge, "Questions that wait.")
        text.sample("segue_directory_queue_length", [], directory.queueLength)
    }

    private func addUserInfo(to text: inout MetricsText) {
        let entries = services.userInfo.status.sorted { $0.key < $1.key }
        guard !entries.isEmpty else { return }
        text.family("segue_userinfo_requests_total", .counter, "Questions to the old application about credentials.")
        for (name, status) in entries {
            text.sample("segue_userinfo_requests_total", [("entry", name), ("outcome", "ok")], status.calls - status.failures)
            text.sample("segue_userinfo_requests_total", [("entry", name), ("outcome", "failed")], status.failures)
        }
    }

    private func addProcess(to text: inout MetricsText) {
        text.family("segue_log_dropped_total", .counter, "Log lines lost because the reader of the log stalled or went away.")
        text.sample("segue_log_dropped_total", [], logThread.dropped)
        guard let process = ProcessFigures.read() else { return }
        text.family("process_resident_memory_bytes", .gauge, "Resident memory.")
        text.sample("process_resident_memory_bytes", [], process.residentBytes)
        text.family("process_open_fds", .gauge, "Open descriptors.")
        text.sample("process_open_fds", [], process.openDescriptors)
        text.family("process_cpu_seconds_total", .counter, "User and system time.")
        text.sample("process_cpu_seconds_total", [], process.cpuSeconds)
    }
}
