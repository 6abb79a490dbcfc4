package import Authentication
package import Telemetry

/// Which credentials the requests of one route came with, since it was noted last.
package struct TrafficNote: Sendable, Hashable {
    package let route: String
    /// Requests whose only good credential was an old one.
    package var legacy: UInt64 = 0
    package var clerk: UInt64 = 0
    /// The route is watched by a gateway: said once a day.
    package var isWatch = false

    package init(route: String) { self.route = route }
}

/// What was noted of one route on one day, in UTC.
package struct TrafficRow: Sendable, Hashable {
    package enum Kind: String, Sendable { case watch, legacy, clerk }

    package let route: String
    package let kind: Kind
    /// `2026-11-21`
    package let day: String
    package let requests: Int
    package let first: UnixTime
    package let last: UnixTime

    package init(route: String, kind: Kind, day: String, requests: Int, first: UnixTime, last: UnixTime) {
        (self.route, self.kind, self.day, self.requests, self.first, self.last) = (route, kind, day, requests, first, last)
    }

    package static func day(of time: UnixTime) -> String { String(time.timestamp.prefix(10)) }
}

extension DirectoryThread {
    package func note(_ traffic: [TrafficNote], at time: UnixTime) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.note(traffic, at: time)
        }
    }
}

extension Session {
    /// Processes add to one row for each route, kind and day, in one order, so that none waits for another in a circle.
    func note(_ traffic: [TrafficNote], at time: UnixTime) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            for note in traffic.sorted(by: { $0.route < $1.route }) {
                if note.clerk > 0 { try await add(note.clerk, of: .clerk, on: note.route, at: time) }
                if note.legacy > 0 { try await add(note.legacy, of: .legacy, on: note.route, at: time) }
                if note.isWatch { try await add(0, of: .watch, on: note.route, at: time) }
            }
        }
    }

    private func add(
        _ requests: UInt64, of kind: TrafficRow.Kind, on route: String, at time: UnixTime
    ) async throws(DirectoryError) {
        let later = dialect == .postgres ? "greatest" : "max"
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("traffic")) AS known (route, kind, day, requests, first_at, last_at)
            VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (route, kind, day) DO UPDATE
            SET requests = known.requests + EXCLUDED.requests, last_at = \(later)(known.last_at, EXCLUDED.last_at)
            """, [route, kind.rawValue, TrafficRow.day(of: time), String(requests), self.time(time)])
    }

    /// Everything that was noted, the oldest day first.
    func traffic() async throws(DirectoryError) -> [TrafficRow] {
        try await slowRows(
            """
            SELECT route, kind, day, requests, \(dialect.timeText("first_at")), \(dialect.timeText("last_at"))
            FROM \(dialect.state("traffic")) ORDER BY day, route, kind
            """
        ).compactMap { row in
            guard let kind = TrafficRow.Kind(rawValue: row[1] ?? ""), let first = UnixTime(timestamp: row[4] ?? ""),
                let last = UnixTime(timestamp: row[5] ?? "")
            else { return nil }
            return TrafficRow(
                route: row[0] ?? "", kind: kind, day: row[2] ?? "", requests: row[3].flatMap { Int($0) } ?? 0, first: first,
                last: last)
        }
    }
}
