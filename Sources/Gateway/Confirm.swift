import Authentication
import HTTP
import HTTP1
import HTTPServer
import Identity
import Migration
import Settings
import Snapshot
import Sockets
import Telemetry

/// `directory.linking.confirmation`: GET shows the two accounts whose credentials came with the request, POST joins them.
extension Conversation {
    func answerConfirmation(
        _ head: RequestHead, at path: String, _ generation: Generation
    ) async throws(Refusal) {
        guard [.get, .head, .post].contains(head.method) else { throw .methodNotAllowed("GET, POST") }
        let isHTML = acceptsHTML(head.section)
        do throws(Refusal) {
            // First what the client can delay: all that proves the two accounts is judged as of the moment that joins them.
            let form = head.method == .post ? try await receiveForm(head) : nil
            let now = UnixTime(milliseconds: worker.loop.wallMilliseconds)
            try worker.generation.plan.ownPages.requireOpenLinking()
            let (session, legacy) = try await bothCredentials(head, generation, at: now)
            guard let linker = generation.linker else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
            let (user, steady) = (session.user, worker.loop.now)
            if let seconds = worker.confirmations.withLock({ $0.retryAfterSeconds(for: user, at: steady) }) {
                throw .tooManyAttempts(seconds)
            }
            let proposal: Confirmation
            do throws(IdentityRefusal) { proposal = try await linker.proposal(for: session, beside: legacy, at: now) } catch {
                throw .identity(error)
            }
            if let form {
                try await confirm(proposal, session, form, linker, generation, at: now, isHTML: isHTML, path)
            } else {
                await show(proposal, isHTML: isHTML, path)
            }
        } catch {
            guard isHTML, !error.endsConnection else { throw error }
            account.refusal = error
            let page = ConfirmationPage(title: "This cannot be confirmed", words: [error.text.description + ".", error.advice])
            var fields = ConfirmationPage.fields
            if let challenge = error.challenge { fields += "WWW-Authenticate: \(challenge)\r\n" }
            if let seconds = error.retryAfterSeconds { fields += "Retry-After: \(seconds)\r\n" }
            await answer(error.status, "text/html; charset=utf-8", page.html(at: path), fields)
        }
    }

    private func receiveForm(_ head: RequestHead) async throws(Refusal) -> Set<String> {
        // More than a route asks for: only a page of our own host, and never a program that says nothing of itself.
        guard ownPagesOnly.admits(head, isSecure: chain.isSecure(head.section)) else { throw .authentication(.crossSite) }
        let form = try await hold(head, bytesMax: FixedLimits.confirmationBytes, seconds: FixedLimits.confirmationSeconds)
        return Set(String(decoding: form, as: UTF8.self).split(separator: "&").map(String.init))
    }

    /// Both accounts are proved by the request itself, on GET as on POST.
    private func bothCredentials(
        _ head: RequestHead, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> (ClerkSubject, Verdict<LegacySubject>) {
        let evidence = try await authenticateForPage(head, mode: .dual, generation, at: now)
        let session: ClerkSubject
        switch evidence.claimant {
        case .clerk(let subject), .both(let subject, _): session = subject
        case .nobody, .legacy, .legacyBesideExpired: throw .authentication(.credentialsMissing)
        }
        let legacy =
            evidence.isLegacyKnown ? evidence.legacy : await generation.authenticator.judgeLegacy(of: head, evidence, at: now)
        return (session, legacy)
    }

    private func confirm(
        _ proposal: Confirmation, _ session: ClerkSubject, _ form: Set<String>, _ linker: Linker, _ generation: Generation,
        at now: UnixTime, isHTML: Bool, _ path: String
    ) async throws(Refusal) {
        // Other accounts than were shown, or a box that nobody ticked.
        guard form.contains("pair=\(proposal.pair)"), form.contains("mine=yes") else {
            throw .identity(.link(.needsConfirmation))
        }
        let row: DirectoryUser
        do throws(IdentityRefusal) {
            row = try await linker.confirm(
                proposal, session, requestID: String(decoding: account.requestID, as: UTF8.self), at: now)
        } catch { throw .identity(error) }
        generation.callers?.cache.invalidate(row.id)
        await answerJoined(row.id, isHTML: isHTML, path)
    }

    private func answerJoined(_ user: UserID, isHTML: Bool, _ path: String) async {
        guard isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "success")
            answer.add("migrated", true)
            answer.add("user_id", user.text)
            return await self.answer(.ok, "application/json", answer.bytes)
        }
        let page = ConfirmationPage(title: "Your accounts are one", words: ["From now on you sign in as you just did."])
        await answer(.ok, page, at: path)
    }

    private func show(_ proposal: Confirmation, isHTML: Bool, _ path: String) async {
        if proposal.row.clerkUser != nil { return await answerJoined(proposal.row.id, isHTML: isHTML, path) }
        let (clerk, account) = (proposal.shownClerkUser, proposal.shownRow)
        guard isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "needs_confirmation")
            answer.add("clerk", clerk)
            answer.add("account", account)
            answer.add("pair", proposal.pair)
            return await self.answer(.ok, "application/json", answer.bytes)
        }
        var page = ConfirmationPage(
            title: "Are both accounts yours?",
            words: [
                "You are signed in, and this browser also holds your old account. If both are yours, they can be joined: what belongs to the old account is then yours when you sign in.",
                "If one of them is not yours, do not go on.",
            ])
        page.form = ConfirmationPage.Form(clerk: clerk, account: account, pair: proposal.pair)
        await answer(.ok, page, at: path)
    }

    private func answer(_ status: Status, _ page: ConfirmationPage, at path: String) async {
        await answer(status, "text/html; charset=utf-8", page.html(at: path), ConfirmationPage.fields)
    }
}

/// Neither allowed origins nor silence: whoever confirms does so on this very page.
private let ownPagesOnly = CrossSiteRule(allowedOrigins: [], isStrict: true)

/// Whether a person reads the answer.
private func acceptsHTML(_ section: FieldSection) -> Bool {
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
        case .identity(.unavailable), .tooManyAttempts: "Wait a little and try again."
        case .linkingClosed: "Both stay as they are. Come back another day."
        default: "Support can settle it."
        }
    }
}
