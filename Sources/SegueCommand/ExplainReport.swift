internal import Authentication
internal import Gateway
internal import HTTP
internal import Identity
internal import JSON
internal import Settings

/// An explanation in words, or as JSON.
struct ExplainReport {
    private let explanation: Explanation
    private let settings: Settings
    private let shown: Mode

    /// - Parameter mode: whose request to the origin is shown; `nil`: that of the route's own mode.
    init(_ explanation: Explanation, _ settings: Settings, showing mode: Mode?) {
        (self.explanation, self.settings) = (explanation, settings)
        shown = mode ?? explanation.route.map { settings.routes[$0].mode } ?? .observe
    }

    // MARK: Words

    var text: String {
        var lines: [String] = []
        if !explanation.path.isEmpty { lines.append("path         \(explanation.path)") }
        if let own = explanation.ownAnswer {
            return (lines + ["answered     here: \(own.words)"]).joined(separator: "\n")
        }
        if let refusal = explanation.refusal { return (lines + ["refused      \(words(refusal))"]).joined(separator: "\n") }
        guard let index = explanation.route else { return lines.joined(separator: "\n") }
        lines.append("route        \(words(settings.routes[index]))")
        lines += explanation.otherRoutes.map { "             it comes before \(words(settings.routes[$0])), which matches too" }
        lines += credentials
        for outcome in explanation.outcomes {
            let isOwn = outcome.mode == settings.routes[index].mode
            let name = outcome.mode.rawValue + String(repeating: " ", count: 8 - outcome.mode.rawValue.count)
            lines.append("\(isOwn ? "*" : " ") \(name)   \(words(outcome.end))")
            if let intention = outcome.intention { lines.append("             \(words(intention))") }
        }
        if let mode = explanation.canary {
            lines.append("             the caller is in the canary's sample: \(mode.rawValue) decides")
        }
        if let head = head { lines.append("\nThe origin \(originName(index)) would get (\(shown.rawValue)):\n\(head)") }
        return lines.joined(separator: "\n")
    }

    private var credentials: [String] {
        guard !explanation.credentials.isEmpty else { return ["credentials  none that the settings look for"] }
        return explanation.credentials.flatMap { credential in
            ["credential   \(credential.place)"]
                + [("Clerk's", credential.clerk), ("old", credential.legacy)].compactMap { side, opinion in
                    opinion.map { "             as \(side): \(words($0))" }
                }
        }
    }

    private func words(_ route: Route) -> String {
        var parts = ["\(route.name) (\(route.match.path)"]
        if let host = route.match.host { parts.append("host \(host)") }
        if !route.match.methods.isEmpty { parts.append("methods \(route.match.methods.map(\.name).joined(separator: " "))") }
        return parts.joined(separator: ", ") + "), mode \(route.mode.rawValue)\(route.optional ? ", optional" : "")"
    }

    private func words(_ opinion: CredentialReport.Opinion) -> String {
        var text = "\(opinion.standing)"
        if let subject = opinion.subject { text += ", \(subject)" }
        if let entry = opinion.entry { text += ", by legacy entry \(settings.legacy[entry].name)" }
        return opinion.fault.map { "\(text): \($0.words) (\($0.rawValue))" } ?? text
    }

    private func words(_ end: Explanation.End) -> String {
        switch end {
        case .refused(let refusal): words(refusal)
        case .forwarded(nil, _, _): "forwarded without identity"
        case .forwarded(.some(let caller), let isConflict, _):
            "forwarded as \(caller.user)" + (caller.clerkUser.map { ", linked to \($0)" } ?? ", not linked")
                + ", by \(caller.method)"
                + (isConflict ? "; the old credential is another person's, or may be, and is dropped" : "")
        }
    }

    private func words(_ refusal: Refusal) -> String {
        "\(refusal.status.code) \(refusal.code): \(refusal.text)" + (refusal.reason.map { " (\($0))" } ?? "")
    }

    private func words(_ intention: DirectoryIntention) -> String {
        switch intention {
        case .link(let user, let clerkUser, let rule): "it would link \(user.text) to \(clerkUser.text), by \(rule)"
        case .provision(let clerkUser, _): "it would make a row for \(clerkUser.text)"
        case .session(let user): "it would make a session of the application's for \(user.text)"
        case .review(let clerkUser, let candidate, let code):
            "it would note \(code) for review: \(clerkUser.text)" + (candidate.map { " and \($0.text)" } ?? "")
        }
    }

    private var head: String? {
        for outcome in explanation.outcomes where outcome.mode == shown {
            if case .forwarded(_, _, let head) = outcome.end { return head.text }
        }
        return nil
    }

    private func originName(_ route: Int) -> String { settings.routes[route].origin.map { settings.origins[$0].name } ?? "(none)" }

    // MARK: JSON

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("path", explanation.path.isEmpty ? nil : explanation.path)
        writer.member("answeredHere", explanation.ownAnswer?.words)
        writer.member("route", explanation.route.map { settings.routes[$0].name })
        writer.member("mode", explanation.route.map { settings.routes[$0].mode.rawValue })
        writer.member("canary", explanation.canary?.rawValue)
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
        switch outcome.end {
        case .refused(let refusal): write(refusal, to: &writer)
        case .forwarded(let caller, let isConflict, let head):
            writer.member("user", caller?.user)
            writer.member("clerkUser", caller?.clerkUser)
            writer.member("method", caller?.method)
            writer.member("conflict", isConflict)
            writer.member("origin", head.text)
        }
        if let intention = outcome.intention { writer.member("would", words(intention)) }
        writer.endObject()
    }

    private func write(_ refusal: Refusal, to writer: inout JSONWriter) {
        writer.member("status", Int64(refusal.status.code))
        writer.member("code", "\(refusal.code)")
        writer.member("reason", refusal.reason)
    }
}

extension Explanation.OwnAnswer {
    fileprivate var words: String {
        switch self {
        case .health: "200, while the process lives"
        case .preflight: "a CORS preflight, by the route of the method that it asks for"
        case .confirmation: "the page on which somebody joins their two accounts"
        case .loginCallback: "the login callback, which says whether the caller is linked"
        }
    }
}
