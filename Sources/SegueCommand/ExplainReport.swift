internal import Authentication
internal import Gateway
internal import HTTP
internal import Identity
internal import JSON
internal import Settings

/// An explanation in words, or as JSON.
struct ExplainReport {
    let explanation: Explanation
    let effective: EffectiveSettings
    var settings: Settings { effective.settings }
    /// Whose request to the origin is shown; `nil`: what the gateway would send.
    private let shown: Mode?

    init(_ explanation: Explanation, _ effective: EffectiveSettings, showing mode: Mode?) {
        (self.explanation, self.effective, shown) = (explanation, effective, mode)
    }

    var text: String {
        var lines: [String] = []
        if !explanation.path.isEmpty { lines.append("path         \(explanation.path)") }
        if let own = explanation.ownAnswer { lines.append("answered     here: \(own.words)") }
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
        if let canary = explanation.canary { lines.append("             \(words(canary))") }
        if explanation.lacksContent {
            lines.append("not known    the content, of which the route requires something: give it with --data")
        }
        lines = lines.map(\.onOneLine)
        if let (mode, head) = head { lines.append("\nThe origin \(originName(index)) would get (\(mode.rawValue)):\n\(head)") }
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
        let live = effective.override(of: route).map { " (live; file: \($0.base.rawValue))" } ?? ""
        return parts.joined(separator: ", ") + "), mode \(route.mode.rawValue)\(live)\(route.optional ? ", optional" : "")"
    }

    private func words(_ canary: Explanation.CanaryVerdict) -> String {
        switch canary {
        case .decides(let mode, let end): "the caller is in the canary's sample, \(mode.rawValue) decides: \(words(end))"
        case .abstains(let mode):
            "the caller is in the canary's sample, but \(mode.rawValue) would need a link, which a canary never makes"
        case .unknown(let mode): "whether the new row falls into the canary's sample (\(mode.rawValue)) is not known"
        }
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
        case .answered(let caller): "answered by Segue for \(caller.user), by \(caller.method)"
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

    func words(_ intention: DirectoryIntention) -> String {
        switch intention {
        case .link(let user, let clerkUser, let rule): "it would link \(user.text) to \(clerkUser.text), by \(rule)"
        case .provision(let clerkUser, _): "it would make a row for \(clerkUser.text)"
        case .session(let user): "it would make a session of the application's for \(user.text)"
        case .review(let clerkUser, let candidate, let code):
            "it would note \(code) for review: \(clerkUser.text)" + (candidate.map { " and \($0.text)" } ?? "")
        }
    }

    private var head: (mode: Mode, text: String)? {
        if shown == nil, case .decides(let mode, let end)? = explanation.canary {
            if case .forwarded(_, _, let head) = end { return (mode, head.text) }
            return nil
        }
        let mode = shown ?? explanation.route.map { settings.routes[$0].mode }
        for outcome in explanation.outcomes where outcome.mode == mode {
            if case .forwarded(_, _, let head) = outcome.end { return (outcome.mode, head.text) }
        }
        return nil
    }

    private func originName(_ route: Int) -> String { settings.routes[route].origin.map { settings.origins[$0].name } ?? "(none)" }
}

extension Explanation.OwnAnswer {
    var words: String {
        switch self {
        case .health: "200, while the process lives"
        case .preflight: "a CORS preflight, by the route of the method that it asks for"
        case .confirmation: "the page on which somebody joins their two accounts"
        case .webhook: "Clerk's webhooks: an event is verified, and taken once"
        case .upgrade: "the silent upgrade, which exchanges an old session for a ticket of Clerk's"
        case .invitationAsked: "a user who is signed in the old way asks for an invitation, which is mailed"
        case .invitation: "the page of an invitation"
        case .loginCallback: "the login callback, which says whether the caller is linked"
        }
    }
}
