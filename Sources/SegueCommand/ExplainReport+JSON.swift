internal import Authentication
internal import Gateway
internal import HTTP
internal import Identity
internal import JSON
internal import Settings

extension ExplainReport {
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("path", explanation.path.isEmpty ? nil : explanation.path)
        writer.member("answeredHere", explanation.ownAnswer?.words)
        writer.member("route", explanation.route.map { settings.routes[$0].name })
        writer.member("mode", explanation.route.map { settings.routes[$0].mode.rawValue })
        writer.member(
            "file",
            explanation.route.map { (effective.override(of: settings.routes[$0])?.base ?? settings.routes[$0].mode).rawValue })
        writer.key("override")
        if let override = explanation.route.flatMap({ effective.override(of: settings.routes[$0]) }) {
            override.write(to: &writer)
        } else {
            writer.null()
        }
        writer.key("canary")
        if let canary = explanation.canary { write(canary, to: &writer) } else { writer.null() }
        writer.key("lacksContent")
        writer.bool(explanation.lacksContent)
        writer.key("alsoMatching")
        writer.beginArray()
        for index in explanation.otherRoutes { writer.string(settings.routes[index].name) }
        writer.endArray()
        if let refusal = explanation.refusal { write(refusal, to: &writer) }
        writer.key("credentials")
        writer.beginArray()
        for credential in explanation.credentials { write(credential, to: &writer) }
        writer.endArray()
        writer.key("modes")
        writer.beginObject()
        for outcome in explanation.outcomes { write(outcome, to: &writer) }
        writer.endObject()
        writer.endObject()
        return writer.text
    }

    private func write(_ credential: CredentialReport, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("place", credential.place)
        for (name, opinion) in [("clerk", credential.clerk), ("legacy", credential.legacy)] {
            guard let opinion else { continue }
            writer.key(name)
            writer.beginObject()
            writer.member("standing", "\(opinion.standing)")
            writer.member("fault", opinion.fault?.rawValue)
            writer.member("subject", opinion.subject)
            writer.member("entry", opinion.entry.map { settings.legacy[$0].name })
            writer.endObject()
        }
        writer.endObject()
    }

    private func write(_ outcome: Explanation.Outcome, to writer: inout JSONWriter) {
        writer.key(outcome.mode.rawValue)
        writer.beginObject()
        write(outcome.end, to: &writer)
        if let intention = outcome.intention { writer.member("would", words(intention)) }
        writer.endObject()
    }

    private func write(_ canary: Explanation.CanaryVerdict, to writer: inout JSONWriter) {
        writer.beginObject()
        switch canary {
        case .decides(let mode, let end):
            writer.member("mode", mode.rawValue)
            writer.member("verdict", "decides")
            write(end, to: &writer)
        case .abstains(let mode):
            writer.member("mode", mode.rawValue)
            writer.member("verdict", "abstains")
        case .unknown(let mode):
            writer.member("mode", mode.rawValue)
            writer.member("verdict", "unknown")
        }
        writer.endObject()
    }

    private func write(_ end: Explanation.End, to writer: inout JSONWriter) {
        switch end {
        case .refused(let refusal): write(refusal, to: &writer)
        case .answered(let caller):
            writer.member("user", caller.user)
            writer.member("clerkUser", caller.clerkUser)
            writer.member("method", caller.method)
        case .forwarded(let caller, let isConflict, let head):
            writer.member("user", caller?.user)
            writer.member("clerkUser", caller?.clerkUser)
            writer.member("method", caller?.method)
            writer.member("conflict", isConflict)
            writer.member("origin", head.text)
        }
    }

    private func write(_ refusal: Refusal, to writer: inout JSONWriter) {
        writer.member("status", Int64(refusal.status.code))
        writer.member("code", "\(refusal.code)")
        writer.member("reason", refusal.reason)
    }
}
