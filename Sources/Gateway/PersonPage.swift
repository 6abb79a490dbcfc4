import Authentication
import HTTP
import HTTPServer
import Identity
import Migration
import Settings
import Snapshot
import Sockets

/// What the form of a page of ours brought.
struct PageForm {
    private let pairs: Set<String>

    init(_ content: [UInt8]) { pairs = Set(String(decoding: content, as: UTF8.self).split(separator: "&").map(String.init)) }

    /// Values of ours need no percent-encoding.
    func has(_ name: String, _ value: String) -> Bool { pairs.contains("\(name)=\(value)") }

    /// `nil` where there is none, or more than one.
    func value(_ name: String) -> Substring? {
        let found = pairs.filter { $0.hasPrefix("\(name)=") }
        return found.count == 1 ? found.first.map { $0.dropFirst(name.utf8.count + 1) } : nil
    }
}

extension PageForm {
    /// Other accounts than were shown, or a box that nobody ticked, join nobody.
    func requireConsent(to proposal: Confirmation) throws(Refusal) {
        guard has("pair", proposal.pair), has("mine", "yes") else { throw .identity(.link(.needsConfirmation)) }
    }
}

/// Whether an old account and the Clerk user who is signed in are one person's.
struct JoiningQuestion {
    let title: String
    /// How the two have come together.
    let words: String
    /// What the old account is called, and which it is.
    let term: String
    let account: String
}

// What the pages share on which a person joins two accounts.
extension Conversation {
    func receiveForm(_ head: RequestHead) async throws(Refusal) -> PageForm {
        // More than a route asks for: only a page of our own host, and never a program that says nothing of itself.
        guard ownPagesOnly.admits(head, isSecure: chain.isSecure(head.section)) else { throw .authentication(.crossSite) }
        return PageForm(try await hold(head, bytesMax: FixedLimits.confirmationBytes, seconds: FixedLimits.confirmationSeconds))
    }

    /// A Clerk user may ask for such a page so often.
    func requireAttempt(of user: ClerkUserID) throws(Refusal) {
        let steady = worker.loop.now
        if let seconds = worker.attempts.withLock({ $0.joins.retryAfterSeconds(for: user, at: steady) }) {
            throw .tooManyAttempts(seconds)
        }
    }

    /// Names both accounts, and posts back which they were.
    func ask(_ question: JoiningQuestion, _ proposal: Confirmation, isHTML: Bool, at path: String) async {
        let clerk = proposal.shownClerkUser
        guard isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "needs_confirmation")
            answer.add("clerk", clerk)
            answer.add("account", question.account)
            answer.add("pair", proposal.pair)
            return await self.answer(.ok, "application/json", answer.bytes)
        }
        let offer = "If both are yours, they can be joined: what belongs to the old account is then yours when you sign in."
        var page = ConfirmationPage(
            title: question.title, words: ["\(question.words) \(offer)", "If one of them is not yours, do not go on."])
        page.form = ConfirmationPage.Form(
            shown: [("You signed in as", clerk), (question.term, question.account)], hidden: [("pair", proposal.pair)],
            promise: "Both accounts are mine", button: "Join them")
        await answer(.ok, page, at: path)
    }

    func answerJoined(_ user: UserID, isHTML: Bool, _ path: String, _ more: String = "") async {
        guard isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "success")
            answer.add("migrated", true)
            answer.add("user_id", user.text)
            return await self.answer(.ok, "application/json", answer.bytes, more)
        }
        let page = ConfirmationPage(title: "Your accounts are one", words: ["From now on you sign in as you just did."])
        await answer(.ok, page, at: path, more)
    }

    func answer(_ status: Status, _ page: ConfirmationPage, at path: String, _ more: String = "") async {
        await answer(status, "text/html; charset=utf-8", page.html(at: path), page.fields + more)
    }

    /// For a person; a program gets the refusal as everywhere.
    func answer(_ refusal: Refusal, title: String, at path: String) async {
        account.refusal = refusal
        var more = ""
        if let challenge = refusal.challenge { more += "WWW-Authenticate: \(challenge)\r\n" }
        if let seconds = refusal.retryAfterSeconds { more += "Retry-After: \(seconds)\r\n" }
        let page = ConfirmationPage(title: title, words: [refusal.text.description + ".", refusal.advice])
        await answer(refusal.status, page, at: path, more)
    }
}

/// Neither allowed origins nor silence: whoever confirms does so on this very page.
private let ownPagesOnly = CrossSiteRule(allowedOrigins: [], isStrict: true)

/// Whether a person reads the answer.
func acceptsHTML(_ section: FieldSection) -> Bool {
    section.lines.contains { $0.known == .accept && section.string($0.value).lowercased().contains("text/html") }
}

extension Refusal {
    /// What somebody who reads the page can do.
    fileprivate var advice: String {
        switch self {
        case .authentication:
            "Sign in, and sign in to your old account in the same browser; then come back to this page. If you are signed in already, go back to the application for a moment: it renews your sign-in, which this page cannot."
        case .identity(.link(.needsConfirmation)):
            "Both accounts must be signed in here. Open this page again and look at what it names."
        case .identity(.unavailable), .tooManyAttempts, .invitation(.clerkAway): "Wait a little and try again."
        case .linkingClosed: "Both stay as they are. Come back another day."
        case .identity(.link(.legacyEmailUnverified)):
            "Sign in to your old account in this browser, too, and open the link of the mail again."
        case .invitation: "Ask for a new one where you asked for this one, or ask support."
        default: "Support can settle it."
        }
    }
}
