import HTTP
import HTTPServer
import Telemetry

/// Trouble on demand: every endpoint of Clerk answers the same refusal, for a time or until it is switched off.
struct Outage {
    private var until: UnixTime?
    private var isOn = false
    private var status = Status.serviceUnavailable
    private var retryAfterSeconds: Int64?

    mutating func begin(until end: UnixTime?, status: Status, retryAfterSeconds: Int64?) {
        (until, isOn, self.status, self.retryAfterSeconds) = (end, true, status, retryAfterSeconds)
    }

    mutating func end() { isOn = false }

    func isActive(at now: UnixTime) -> Bool { isOn && until.map { now < $0 } ?? true }

    func response(at now: UnixTime) -> ServerResponse? {
        guard isActive(at: now) else { return nil }
        var response = ServerResponse.text("The emulator is told to refuse.\n", status: status)
        if let retryAfterSeconds { response.fields.append(("Retry-After", String(retryAfterSeconds))) }
        return response
    }
}
