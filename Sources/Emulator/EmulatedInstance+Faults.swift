import HTTP
import HTTPServer

/// `/__emulator/faults`
extension EmulatedInstance {
    /// `{"kind": "slow" | "refuse" | "lose", "endpoint": "POST /v1/users", "times": 1, "skip": 0}`; `milliseconds` for a slow reply;
    /// `status`, `retry_after` and `done` (the request has its effect all the same) for a refusal.
    mutating func planFault(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let (word, endpoint) = (form.string("kind"), form.string("endpoint"))
        let (times, skips) = (form.int("times", 1...1_000_000) ?? 1, form.int("skip", 0...1_000_000) ?? 0)
        let milliseconds = form.int("milliseconds", 1...600_000)
        let status = form.int("status", 400...599) ?? 500
        let retryAfter = form.int("retry_after", 0...86_400)
        let isDone = form.bool("done") ?? false
        if let endpoint, !Endpoint.all.contains(where: { $0.name == endpoint && $0.access != .test }) {
            form.fault(.wrongValue("endpoint", "an endpoint such as GET /v1/users/{id}"))
        }
        let kind: Faults.Kind?
        switch word {
        case "slow": kind = .slow(milliseconds: Int(milliseconds ?? 1_000))
        case "refuse": kind = .refused(.trouble(HTTP.Status(UInt16(status)), retryAfterSeconds: retryAfter), isDone: isDone)
        case "lose": kind = .lost
        default:
            kind = nil
            form.fault(.wrongValue("kind", "slow, refuse or lose"))
        }
        if faults.plans.count >= Faults.plansMax { form.fault(.wrongValue("kind", "one of \(Faults.plansMax) at most")) }
        try form.finish()
        if let kind { faults.plan(Faults.Plan(kind: kind, endpoint: endpoint, skips: skips, times: times)) }
        return self.status(call)
    }

    mutating func forgetFaults(_ call: Call) -> ServerResponse {
        faults.forget()
        return self.status(call)
    }
}

extension ClerkProblem {
    fileprivate static func trouble(_ status: Status, retryAfterSeconds: Int64?) -> ClerkProblem {
        let entry = Entry("internal_clerk_error", "Oops, an unexpected error occurred", "The emulator is told to refuse.")
        return ClerkProblem(status, [entry], retryAfterSeconds: retryAfterSeconds)
    }
}
