internal import Authentication
internal import JSON
internal import Migration
internal import Telemetry

/// What went wrong with letters, by reason.
struct InviteTroubles: Sendable {
    private var reasons: [String: Cases] = [:]
    private(set) var count = 0

    mutating func add(_ user: UserID, _ reason: String) {
        count += 1
        reasons[reason, default: Cases()].add(user)
    }

    private var sorted: [(reason: String, cases: Cases)] {
        reasons.map { ($0.key, $0.value) }.sorted { $0.reason < $1.reason }
    }

    var lines: [String] {
        sorted.flatMap { reason, cases in
            ["", "\(reason): \(counted(cases.count, "person", "people")): \(cases.ids)".onOneLine]
        }
    }

    func write(_ name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for (reason, cases) in sorted {
            writer.beginObject()
            writer.member("reason", reason)
            cases.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}
