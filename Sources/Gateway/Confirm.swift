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
            try requireAttempt(of: session.user)
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
            await answer(error, title: "This cannot be confirmed", at: path)
        }
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
        _ proposal: Confirmation, _ session: ClerkSubject, _ form: PageForm, _ linker: Linker, _ generation: Generation,
        at now: UnixTime, isHTML: Bool, _ path: String
    ) async throws(Refusal) {
        try form.requireConsent(to: proposal)
        let row: DirectoryUser
        do throws(IdentityRefusal) {
            row = try await linker.confirm(
                proposal, session, requestID: String(decoding: account.requestID, as: UTF8.self), at: now)
        } catch { throw .identity(error) }
        generation.callers?.cache.invalidate(row.id)
        await answerJoined(row.id, isHTML: isHTML, path)
    }

    private func show(_ proposal: Confirmation, isHTML: Bool, _ path: String) async {
        if proposal.row.clerkUser != nil { return await answerJoined(proposal.row.id, isHTML: isHTML, path) }
        let question = JoiningQuestion(
            title: "Are both accounts yours?", words: "You are signed in, and this browser also holds your old account.",
            term: "Your old account", account: proposal.shownRow)
        await ask(question, proposal, isHTML: isHTML, at: path)
    }
}
