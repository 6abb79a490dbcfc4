import Authentication
import HTTP
import HTTPServer
import Identity
import Migration
import Settings
import Sockets
import Telemetry

/// `login.upgrade`: a page of the application POSTs here with the old session of somebody who is linked, and gets a ticket that
/// signs them in to Clerk without a question. Whatever stands in the way is a refusal, and the old session is as good as before.
extension Conversation {
    func answerUpgrade(_ head: RequestHead, _ generation: Generation, at now: UnixTime) async throws(Refusal) {
        guard head.method == .post else { throw .methodNotAllowed("POST") }
        try generation.plan.ownPages.requireOpenLinking()
        let (subject, credential, expired) = try await oldSession(head, generation, at: now)
        guard let directory = generation.plan.services.directory, let log = generation.plan.services.upgrades,
            let tickets = generation.plan.services.tickets
        else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        let (user, clerkUser) = try await generation.plan.upgradable(subject, directory)
        if let expired, expired != clerkUser { throw .identity(.conflict) }
        try requireAttempt(of: clerkUser)
        let upgrade = Upgrade(
            credential: Upgrade.mark(of: credential), user: user, clerkUser: clerkUser,
            requestID: String(decoding: account.requestID, as: UTF8.self), time: now)
        let standing: UpgradeStanding
        do throws(Unavailable) { standing = try await log.begin(upgrade) } catch { throw .identity(unavailable) }
        switch standing {
        case .begun: break
        case .doneBefore: throw .upgrade(.doneBefore)
        case .changed: throw .identity(.userInactive)
        }
        switch await tickets.ticket(for: clerkUser, seconds: FixedLimits.ticketSeconds) {
        case .ticket(let ticket):
            do throws(Unavailable) { try await log.finish(upgrade) } catch {
                try? await log.takeBack(upgrade)
                throw .identity(unavailable)
            }
            await answer(ticket)
        case .noSuchUser:
            try? await log.takeBack(upgrade)
            throw .upgrade(.clerkUserGone)
        case .unavailable(let seconds):
            // A ticket that was made all the same is known to nobody, and over in a minute.
            try? await log.takeBack(upgrade)
            throw .identity(.unavailable(retryAfterSeconds: seconds))
        }
    }

    /// An old credential that proves something, sent by a page of the application's own where the browser adds it by itself, and
    /// nobody else's beside it; and whose the Clerk session was, if one came that is over.
    private func oldSession(
        _ head: RequestHead, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> (LegacySubject, [UInt8], ClerkUserID?) {
        let evidence = try await authenticateForPage(head, mode: .dual, generation, at: now)
        let subject: LegacySubject
        switch evidence.claimant {
        case .legacy(let legacy), .legacyBesideExpired(let legacy, _): subject = legacy
        case .clerk, .both: throw .upgrade(.signedIn)
        case .nobody: throw .authentication(.credentialsMissing)
        }
        guard subject.isSecure, let credential = evidence.legacyCredential(in: head) else { throw .upgrade(.unproved) }
        if evidence.legacyPlace == .cookie {
            let rule = CrossSiteRule(strictly: generation.plan.settings)
            guard rule.admits(head, isSecure: chain.isSecure(head.section)) else { throw .authentication(.crossSite) }
        }
        switch await generation.authenticator.company(of: subject, head, evidence, at: now) {
        case .agrees: break
        case .disagrees: throw .identity(.conflict)
        case .unknown(let seconds): throw .identity(.unavailable(retryAfterSeconds: seconds))
        }
        guard case .expired(.some(let expired)) = evidence.clerk else { return (subject, credential, nil) }
        return (subject, credential, expired.user)
    }

    private func answer(_ ticket: Secret) async {
        var answer = ClaimWriter()
        answer.add("ticket", ticket.exposeText())
        answer.add("expires_in_seconds", Int64(FixedLimits.ticketSeconds))
        await self.answer(.ok, "application/json", answer.bytes)
    }
}

private let unavailable = IdentityRefusal.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)

extension Plan {
    /// By the row as it is now: linked, active and not privileged.
    fileprivate func upgradable(
        _ subject: LegacySubject, _ directory: any UserDirectory
    ) async throws(Refusal) -> (UserID, ClerkUserID) {
        let row: DirectoryUser?
        do throws(Unavailable) { row = try await directory.user(subject.user) } catch { throw .identity(unavailable) }
        guard let row else { throw .identity(.userUnknown) }
        guard row.isActive else { throw .identity(.userInactive) }
        if let rules = settings.directory, LinkRules(rules).isPrivileged(row) { throw .upgrade(.privileged) }
        guard let clerkUser = row.clerkUser else { throw .upgrade(.notLinked) }
        return (row.id, clerkUser)
    }
}

/// Why an old session is not exchanged.
package enum UpgradeRefusal: Sendable, Hashable {
    /// A Clerk session came along: there is nothing to do.
    case signedIn
    /// Once for each session.
    case doneBefore
    /// Who may do more than others signs in with Clerk by themselves.
    case privileged
    /// Nobody is made or linked here: `segue migrate` does that, and a first sign-in.
    case notLinked
    /// Clerk has no such user any more; the old session is no worse for it, so that this is no 401.
    case clerkUserGone
    /// The credential is of a kind that proves nothing.
    case unproved

    var status: Status {
        switch self {
        case .signedIn, .doneBefore: .conflict
        case .privileged, .notLinked, .clerkUserGone, .unproved: .forbidden
        }
    }

    var code: StaticString {
        switch self {
        case .signedIn: "already_signed_in"
        case .doneBefore: "already_upgraded"
        case .privileged: "privileged_row"
        case .notLinked: "not_migrated"
        case .clerkUserGone: "clerk_user_unknown"
        case .unproved: "credential_unproved"
        }
    }

    var text: StaticString {
        switch self {
        case .signedIn: "This is a Clerk session already"
        case .doneBefore: "This session was exchanged already; sign in"
        case .privileged, .clerkUserGone, .unproved: "Sign in to go on"
        case .notLinked: "This account is not moved yet"
        }
    }
}
