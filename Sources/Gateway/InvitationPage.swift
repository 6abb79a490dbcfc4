import Authentication
import HTTP
import HTTPServer
import Identity
import Invitations
import Migration
import Settings
import Snapshot
import Sockets
import Telemetry

/// `invitations.page`: GET shows to whom the invitation of a mail belongs, POST takes them along. Mail servers open every link, so
/// that a GET changes nothing but the note that somebody did.
extension Conversation {
    func answerInvitation(_ head: RequestHead, at path: String, _ generation: Generation) async throws(Refusal) {
        guard [.get, .head, .post].contains(head.method) else { throw .methodNotAllowed("GET, POST") }
        let isHTML = acceptsHTML(head.section)
        do throws(Refusal) {
            // First what the client can delay: all that proves the two accounts is judged as of the moment that joins them.
            let form = head.method == .post ? try await receiveForm(head) : nil
            let now = UnixTime(milliseconds: worker.loop.wallMilliseconds)
            try generation.plan.ownPages.requireOpenLinking()
            try requireOpening(by: chain.clientAddress(head.section))
            guard let store = generation.plan.services.invitations, let settings = generation.plan.settings.invitations else {
                throw .identity(.unavailable(retryAfterSeconds: 30))
            }
            let held = try await held(head, form, store, settings, at: now)
            if isHTML, form == nil, held.isFromLink { return await answerLink(held, settings) }
            let visit = InvitationVisit(
                held: held, form: form, head: head, generation: generation, store: store, settings: settings, now: now,
                isHTML: isHTML)
            if held.invitation.kind == .welcome { try await answerWelcome(visit) } else { try await answerInvited(visit) }
        } catch {
            if case .invitation(let refusal) = error { worker.counters.count(invitation: refusal.rawValue) }
            guard isHTML, !error.endsConnection else { throw error }
            await answer(error, title: "This invitation cannot be used", at: path)
        }
    }

    private func requireOpening(by client: [UInt8]) throws(Refusal) {
        let steady = worker.loop.now
        let seconds = worker.attempts.withLock {
            $0.openers.retryAfterSeconds(
                for: client, at: steady, burst: IdentityLimits.openings, every: IdentityLimits.openingSeconds)
        }
        if let seconds { throw .tooManyAttempts(seconds) }
    }

    /// The invitation that a link, the form or the cookie names, and its row.
    private func held(
        _ head: RequestHead, _ form: PageForm?, _ store: any InvitationStore, _ settings: InvitationSettings, at now: UnixTime
    ) async throws(Refusal) -> HeldInvitation {
        let linked = form == nil ? InvitationCookie.token(ofQueryIn: head) : nil
        let text = linked ?? form?.value("token").map(String.init) ?? InvitationCookie(settings).token(in: head.section)
        guard let text, let token = InvitationToken(text) else { throw .invitation(.unknown) }
        let isOpened = head.method == .get
        let invitation = try await asking { () async throws(Unavailable) in
            try await store.invitation(token.digest, isOpened: isOpened, at: now)
        }
        guard let invitation, invitation.kind != .clerk else { throw .invitation(.unknown) }
        let addressee = try await asking { () async throws(Unavailable) in try await store.addressee(invitation.user) }
        guard let row = addressee?.row else { throw .invitation(.unknown) }
        guard let email = row.email, InvitationDigest(ofAddress: email) == invitation.address else {
            throw .invitation(.outdated)
        }
        return HeldInvitation(token: token, invitation: invitation, row: row, isFromLink: linked != nil)
    }

    /// The token goes from the address bar into a cookie: no history, no bookmark and no other site shall have it.
    private func answerLink(_ held: HeldInvitation, _ settings: InvitationSettings) async {
        let more =
            InvitationCookie(settings).set(held.token, hours: held.hours(settings))
            + "Location: \(settings.page)\r\nReferrer-Policy: no-referrer\r\n"
        await answer(Status(303), "text/plain; charset=utf-8", [], more)
    }
}

/// What a token has named.
struct HeldInvitation {
    let token: InvitationToken
    let invitation: Invitation
    let row: DirectoryUser
    /// Whether the token stands in the URL.
    let isFromLink: Bool

    /// For somebody with a session, who is about to join.
    var fullAddress: String { row.email ?? "number \(row.id.text)" }

    /// For whoever has the link and no session. Enough to recognise one's own, and too little to learn another's.
    var maskedAddress: String {
        let parts = (row.email ?? "").split(separator: "@", maxSplits: 1)
        return parts.count == 2 ? "\(parts[0].prefix(1))•••@\(parts[1])" : "number \(row.id.text)"
    }

    func hours(_ settings: InvitationSettings) -> Int { invitation.kind == .welcome ? settings.welcomeHours : settings.hours }

    func requireGood() throws(Refusal) {
        if invitation.isUsed { throw .invitation(.used) }
        if invitation.isExpired { throw .invitation(.expired) }
    }
}

/// One request for the page.
struct InvitationVisit {
    let held: HeldInvitation
    /// What was posted.
    let form: PageForm?
    let head: RequestHead
    let generation: Generation
    let store: any InvitationStore
    let settings: InvitationSettings
    let now: UnixTime
    let isHTML: Bool
}
