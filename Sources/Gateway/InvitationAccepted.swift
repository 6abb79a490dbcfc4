import Authentication
import HTTP
import HTTPServer
import Identity
import Invitations
import Migration
import Settings
import Sockets
import Telemetry

extension Conversation {
    /// An invitation to link: whose row it is, who is signed in with Clerk, and a button.
    func answerInvited(_ visit: InvitationVisit) async throws(Refusal) {
        let row = visit.held.row
        guard let (session, legacy) = try await session(visit) else { return try await askToSignIn(visit) }
        // Whoever presses the button twice, or comes back, has what they wanted.
        if row.clerkUser == session.user { return await answerTaken(row.id, visit) }
        try visit.held.requireGood()
        if row.clerkUser != nil { throw .identity(.link(.rowAlreadyLinked)) }
        guard let linker = visit.generation.linker else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        try requireAttempt(of: session.user)
        let proposal: Confirmation
        do throws(IdentityRefusal) {
            proposal = try await linker.proposal(for: session, beside: legacy, invited: row, at: visit.now)
        } catch { throw .identity(error) }
        guard let form = visit.form else { return await show(proposal, visit) }
        try form.requireConsent(to: proposal)
        let (store, digest) = (visit.store, visit.held.token.digest)
        let linked: DirectoryUser
        do throws(IdentityRefusal) {
            linked = try await linker.accept(
                proposal, session, requestID: String(decoding: account.requestID, as: UTF8.self), at: visit.now
            ) { link throws(Unavailable) in try await store.accept(digest, link) }
        } catch { throw .identity(error) }
        visit.generation.callers?.cache.invalidate(linked.id)
        worker.counters.count(invitation: "linked")
        await answerTaken(linked.id, visit)
    }

    /// Who is signed in with Clerk, and what an old credential beside it says; `nil`: nobody, and nothing is posted.
    private func session(
        _ visit: InvitationVisit
    ) async throws(Refusal) -> (ClerkSubject, Verdict<LegacySubject>)? {
        let evidence: Evidence
        do throws(Refusal) {
            evidence = try await authenticateForPage(visit.head, mode: .dual, visit.generation, at: visit.now)
        } catch {
            switch error {
            case .authentication(.credentialsMissing), .authentication(.tokenExpired):
                if visit.form == nil { return nil }
                throw error
            default: throw error
            }
        }
        switch evidence.claimant {
        case .clerk(let session), .both(let session, _):
            let authenticator = visit.generation.authenticator
            let legacy =
                evidence.isLegacyKnown ? evidence.legacy : await authenticator.judgeLegacy(of: visit.head, evidence, at: visit.now)
            return (session, legacy)
        case .nobody, .legacy, .legacyBesideExpired:
            if visit.form == nil { return nil }
            throw .authentication(.credentialsMissing)
        }
    }

    private func answerTaken(_ user: UserID, _ visit: InvitationVisit) async {
        await answerJoined(user, isHTML: visit.isHTML, visit.settings.page, InvitationCookie(visit.settings).clear)
    }

    private func askToSignIn(_ visit: InvitationVisit) async throws(Refusal) {
        try visit.held.requireGood()
        if visit.held.row.clerkUser != nil { throw .identity(.link(.rowAlreadyLinked)) }
        guard visit.isHTML else { throw .authentication(.credentialsMissing) }
        let settings = visit.settings
        var page = ConfirmationPage(
            title: "Take your account along",
            words: [
                "This invitation belongs to the account of \(visit.held.maskedAddress).",
                "Sign in the new way first, or make a new sign-in. Then come back to this page: it stays open for you in this browser.",
            ])
        page.link = settings.signIn.map {
            .init(url: "\($0)?redirect_url=\(percentEncoded(settings.url + settings.page))", words: "Sign in")
        }
        await answer(.ok, page, at: settings.page)
    }

    private func show(_ proposal: Confirmation, _ visit: InvitationVisit) async {
        worker.counters.count(invitation: "shown")
        // Whoever is about to join must see whose account it is: a stranger's may differ in a letter of it.
        let question = JoiningQuestion(
            title: "Take your account along?",
            words: "You are signed in, and you hold an invitation for an account that was there before.",
            term: "The account of the invitation", account: visit.held.fullAddress)
        await ask(question, proposal, isHTML: visit.isHTML, at: visit.settings.page)
    }

    /// A welcome: whoever has it is let into the Clerk user that was made for them, once.
    func answerWelcome(_ visit: InvitationVisit) async throws(Refusal) {
        let (held, settings) = (visit.held, visit.settings)
        try held.requireGood()
        guard let clerkUser = held.invitation.clerkUser, held.row.clerkUser == clerkUser, held.row.isActive else {
            throw .invitation(.outdated)
        }
        // Whoever reads the mail is let in: nothing but the mailbox speaks for them.
        if let directory = visit.generation.plan.settings.directory {
            let rules = LinkRules(directory)
            if rules.isPrivileged(held.row) { throw .identity(.link(.privilegedRow)) }
            if !rules.isAddressProved(held.row) { throw .identity(.link(.legacyEmailUnverified)) }
        }
        try await requireSoleAddress(held.row, visit.store)
        guard let signIn = settings.signIn, let tickets = visit.generation.plan.services.tickets else {
            throw .identity(.unavailable(retryAfterSeconds: 30))
        }
        guard visit.form != nil else { return await showWelcome(visit, signIn) }
        let (store, digest, now) = (visit.store, held.token.digest, visit.now)
        let redeemed = try await asking { () async throws(Unavailable) in try await store.redeem(digest, at: now) }
        guard redeemed == clerkUser else { throw .invitation(.used) }
        let reply = await tickets.ticket(for: clerkUser, seconds: settings.ticketSeconds)
        guard case .ticket(let ticket) = reply else {
            try await asking { () async throws(Unavailable) in try await store.giveBack(digest) }
            // Whom Clerk has deleted it lets in at no other time either.
            if case .noSuchUser = reply { throw .invitation(.outdated) }
            throw .invitation(.clerkAway)
        }
        worker.counters.count(invitation: "signed_in")
        let url = "\(signIn)?__clerk_ticket=\(percentEncoded(ticket.exposeText()))"
        let clear = InvitationCookie(settings).clear
        guard visit.isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "success")
            answer.add("url", url)
            return await self.answer(.ok, "application/json", answer.bytes, clear)
        }
        await answer(
            Status(303), "text/plain; charset=utf-8", [], clear + "Location: \(url)\r\nReferrer-Policy: no-referrer\r\n")
    }

    private func showWelcome(_ visit: InvitationVisit, _ signIn: String) async {
        let address = visit.held.maskedAddress
        worker.counters.count(invitation: "shown")
        guard visit.isHTML else {
            var answer = ClaimWriter()
            answer.add("status", "ready")
            answer.add("account", address)
            return await self.answer(.ok, "application/json", answer.bytes)
        }
        var page = ConfirmationPage(title: "Sign in to \(visit.settings.site)", words: ["Your account has a new way to sign in."])
        page.form = ConfirmationPage.Form(
            shown: [("You will be signed in as", address)], hidden: [], promise: nil, button: "Sign in")
        // The answer to the form leads there, and a browser asks this policy about it (CSP level 3 §6.4.1).
        page.formTarget = signIn.webOrigin
        await answer(.ok, page, at: visit.settings.page)
    }
}

extension String {
    /// Scheme, host and port of a URL of the settings.
    fileprivate var webOrigin: String {
        guard let start = firstRange(of: "://")?.upperBound else { return self }
        return String(self[..<start]) + self[start...].prefix { $0 != "/" }
    }
}
