import Crypto
import HTTP
import HTTPServer
import JSON
import Telemetry

/// `/__emulator`: what tests and demos ask of the emulator itself.
extension EmulatedInstance {
    func status(_ call: Call) -> ServerResponse {
        .json { json in
            json.beginObject()
            json.member("kid", keys.current.kid)
            json.member("rotations", Int64(keys.rotations))
            json.member("users", Int64(users.count))
            json.member("sessions", Int64(sessions.all.count))
            json.member("outage", outage.isActive(at: call.now))
            json.member("faults", Int64(faults.plans.count))
            json.member("limited", Int64(limits.refused))
            json.key("requests")
            json.beginObject()
            for (endpoint, count) in requests.sorted(by: { $0.key < $1.key }) { json.member(endpoint, count) }
            json.endObject()
            json.endObject()
        }
    }

    /// `{"kid": "new" | "same", "keep": true}`
    mutating func rotate(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let kid = form.string("kid") ?? "new"
        let keepsOld = form.bool("keep") ?? false
        if kid != "new", kid != "same" { form.fault(.wrongValue("kid", "new or same")) }
        try form.finish()
        do throws(CryptoError) {
            try keys.rotate(to: kid == "new" ? ids.next("ins_") : keys.current.kid, keepsOld: keepsOld)
        } catch {
            throw ClerkProblem(.internalServerError, "internal_clerk_error", "No key could be made: \(error)")
        }
        return status(call)
    }

    /// A session token for a user, good or bad: `user_id` is all it needs.
    mutating func mint(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let user = form.string("user_id")
        let session = form.string("session_id")
        let version = form.int("version", 1...2) ?? 2
        let isTemplate = form.bool("template") ?? false
        let azp = form.has("azp") ? form.string("azp") : settings.origin
        let lifetime = form.int("expires_in", -86_400...315_360_000) ?? TokenClaims.sessionLifetimeSeconds
        let age = form.int("issued_ago", -86_400...315_360_000) ?? 0
        let (actor, status) = (form.object("act"), form.string("sts"))
        let (claims, header) = (form.object("claims"), form.object("header"))
        let signer = form.string("key").map(SigningKeys.Signer.init(rawValue:)) ?? .current
        if user == nil { form.fault(.missing("user_id")) }
        if signer == nil { form.fault(.wrongValue("key", "current, previous or foreign")) }
        try form.finish()
        let sessionID: String
        if let session { sessionID = session } else { sessionID = try beginSession(of: user ?? "", call).id }
        var token = TokenClaims(
            kind: isTemplate ? .template : .session(version: Int(version)), issuer: settings.issuer, user: user ?? "",
            session: sessionID,
            authorizedParty: azp, issued: call.now.adding(seconds: -age), lifetimeSeconds: lifetime)
        token.actor = actor
        token.sessionStatus = status ?? token.sessionStatus
        return try tokenResponse(sign(token, by: signer ?? .current, header: header, overrides: claims))
    }

    /// `{"session_id": …, "status": "ended"}`: what a browser does to its session, or time.
    mutating func endSession(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let id = form.string("session_id") ?? ""
        let status = form.string("status").flatMap(EmulatedSession.Status.init)
        if status == nil { form.fault(.wrongValue("status", "a status of the published API")) }
        try form.finish()
        let session = try sessions.record(id)
        return .json(change(session, to: status ?? session.status, call).write)
    }

    /// `{"on": true}`, `{"on": false}` or `{"seconds": 5}`; `status` and `retry_after` say how to refuse.
    mutating func setOutage(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let seconds = form.int("seconds", 1...86_400)
        let isOn = form.bool("on") ?? true
        let status = form.int("status", 400...599) ?? 503
        let retryAfter = form.int("retry_after", 0...86_400)
        try form.finish()
        if isOn {
            outage.begin(
                until: seconds.map(call.now.adding(seconds:)), status: Status(UInt16(status)), retryAfterSeconds: retryAfter)
        } else {
            outage.end()
        }
        return self.status(call)
    }
}
