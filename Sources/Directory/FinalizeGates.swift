package import Authentication
package import Settings
package import Telemetry

/// Some people, by internal id: how many, and the first of them.
package struct SomePeople: Sendable, Hashable {
    package var count: Int
    package var first: [UserID]

    package init(count: Int = 0, first: [UserID] = []) { (self.count, self.first) = (count, first) }
}

/// What is known of a migration when somebody wants to end it.
package struct FinalizeFindings: Sendable {
    package struct RouteState: Sendable, Hashable {
        package let name: String
        /// Of the file: the mode, and a canary's.
        package let modes: [Mode]
        /// Where it was flipped while Segue runs.
        package let live: Mode?

        package init(name: String, modes: [Mode], live: Mode? = nil) { (self.name, self.modes, self.live) = (name, modes, live) }
    }

    /// An entry of the ledger.
    package struct Entry: Sendable, Hashable {
        package let id: Int64
        package let action: String
        package let at: UnixTime

        package init(id: Int64, action: String, at: UnixTime) { (self.id, self.action, self.at) = (id, action, at) }
    }

    package var routes: [RouteState] = []
    package var traffic: [TrafficRow] = []
    /// Active rows without a Clerk user, and those of whom no Clerk session has been seen, without who was waived.
    package var unlinked = SomePeople()
    package var unseen = SomePeople()
    package var waived = SomePeople()
    /// The latest dump whose digest is in the ledger.
    package var backup: Entry?
    /// The latest change of a link or a Clerk user.
    package var lastChange: Entry?
    package var ledger = LedgerVerdict.intact(sealed: 0, pending: 0)
    package var table = FinalizeTable()

    package init() {}
}

/// What must hold before anything of the old login is taken away, judged from what was found.
package struct FinalizeGates: Sendable, Hashable {
    package enum Gate: String, Sendable, CaseIterable { case routes, traffic, people, backup, ledger }

    package enum Obstacle: Sendable, Hashable {
        /// Who has only an old credential passes here, by the file's mode or its canary's.
        case open(route: String, Mode)
        /// Likewise, by a live flip.
        case openLive(route: String, Mode)
        /// Closed by a live flip only: the file would open it again.
        case closedOnlyLive(route: String, file: Mode, live: Mode)
        case legacyTraffic(route: String, requests: Int, last: UnixTime)
        /// No gateway has noted that it serves the route, today or yesterday.
        case notWatched(route: String)
        case watchedSince(route: String, UnixTime)
        case unlinked(SomePeople)
        case unseen(SomePeople)
        case noBackup
        case backupBefore(FinalizeFindings.Entry)
        case backupTooOld(UnixTime)
        case ledger(LedgerVerdict)
    }

    package let obstacles: [Gate: [Obstacle]]

    package var areHeld: Bool { obstacles.values.allSatisfy(\.isEmpty) }

    /// - Parameter quietDays: for so long nobody may have come with an old credential alone; 0: that is not asked for.
    package init(_ findings: FinalizeFindings, quietDays: Int, at now: UnixTime) {
        obstacles = [
            .routes: findings.routes.flatMap(Self.openings), .traffic: Self.traffic(findings, quietDays, now),
            .people: (findings.unlinked.count > 0 ? [.unlinked(findings.unlinked)] : [])
                + (findings.unseen.count > 0 ? [.unseen(findings.unseen)] : []),
            .backup: Self.backup(findings, now), .ledger: Self.ledger(findings.ledger),
        ]
    }

    // MARK: Routes

    private static func openings(of route: FinalizeFindings.RouteState) -> [Obstacle] {
        let open = route.modes.first { !$0.isFinal }
        switch (open, route.live) {
        case (_, let live?) where !live.isFinal: return [.openLive(route: route.name, live)]
        case (let file?, let live?): return [.closedOnlyLive(route: route.name, file: file, live: live)]
        case (let file?, nil): return [.open(route: route.name, file)]
        case (nil, _): return []
        }
    }

    // MARK: Traffic

    private static func traffic(_ findings: FinalizeFindings, _ quietDays: Int, _ now: UnixTime) -> [Obstacle] {
        guard quietDays > 0 else { return [] }
        let since = now.adding(seconds: -Int64(quietDays) * 86_400)
        let rows = Dictionary(grouping: findings.traffic, by: \.route)
        let states = Dictionary(findings.routes.map { ($0.name, $0) }) { first, _ in first }
        // A route that was taken out of the settings lately was used all the same.
        let gone = rows.keys.filter { states[$0] == nil }.sorted()
        return (findings.routes.map(\.name) + gone).flatMap { name -> [Obstacle] in
            let legacy = (rows[name] ?? []).filter { $0.kind == .legacy && $0.last > since }
            if let last = legacy.map(\.last).max(by: { $0.milliseconds < $1.milliseconds }) {
                return [.legacyTraffic(route: name, requests: legacy.reduce(0) { $0 + $1.requests }, last: last)]
            }
            // Where nobody is asked for a credential, watching tells nothing.
            guard let state = states[name], (state.live.map { [$0] } ?? state.modes).contains(where: \.judgesCredentials) else {
                return []
            }
            guard let watched = watchedSince(rows[name] ?? [], now) else { return [.notWatched(route: name)] }
            return watched > since ? [.watchedSince(route: name, watched)] : []
        }
    }

    /// The beginning of the unbroken run of days that ends today, or yesterday.
    static func watchedSince(_ rows: [TrafficRow], _ now: UnixTime) -> UnixTime? {
        let days = Dictionary(rows.filter { $0.kind == .watch }.map { ($0.day, $0.first) }) { first, _ in first }
        func dayBefore(_ count: Int64) -> UnixTime? { days[TrafficRow.day(of: now.adding(seconds: -count * 86_400))] }
        var count: Int64 = dayBefore(0) == nil ? 1 : 0
        var since: UnixTime?
        while let first = dayBefore(count) {
            since = first
            count += 1
        }
        return since
    }

    // MARK: Backup and ledger

    /// How old a dump may be: what somebody changed of their row since is in none.
    package static let backupHours: Int64 = 24

    private static func backup(_ findings: FinalizeFindings, _ now: UnixTime) -> [Obstacle] {
        guard let backup = findings.backup else { return [.noBackup] }
        // Of a dump the id is that of the last entry that it holds for certain.
        if let change = findings.lastChange, change.id > backup.id { return [.backupBefore(change)] }
        return backup.at < now.adding(seconds: -backupHours * 3_600) ? [.backupTooOld(backup.at)] : []
    }

    private static func ledger(_ verdict: LedgerVerdict) -> [Obstacle] {
        switch verdict {
        case .intact: []
        case .altered, .missing, .unsealed: [.ledger(verdict)]
        }
    }
}

extension Mode {
    /// Nobody passes by an old credential alone.
    fileprivate var isFinal: Bool {
        switch self {
        case .clerk, .public, .deny: true
        case .observe, .legacy, .dual: false
        }
    }
}
