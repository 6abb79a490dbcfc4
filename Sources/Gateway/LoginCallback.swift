import Authentication
import HTTP
import HTTPServer
import Identity
import Settings
import Telemetry

extension Conversation {
    /// `login.callback`: a front end POSTs here with the session that Clerk has just begun and learns whether its user is
    /// linked, after the same rules have tried to link them as on any route. `migrated` is the truth about the link, which
    /// a refusal to link does not hide; trouble, and a session that is no good, are refusals as everywhere.
    func answerLogin(_ head: RequestHead, _ generation: Generation, at now: UnixTime) async throws(Refusal) {
        guard head.method == .post else { throw .methodNotAllowed("POST") }
        try generation.plan.ownPages.requireOpenLinking()
        let evidence = try await authenticateForPage(head, mode: .clerk, generation, at: now)
        var answer = ClaimWriter()
        do throws(IdentityRefusal) {
            guard let caller = try await identify(evidence, generation, at: now) else { throw IdentityRefusal.link(.notRegistered) }
            answer.add("status", "success")
            answer.add("migrated", caller.isMigrated)
            answer.add("user_id", caller.user.text)
        } catch {
            guard case .link(let refusal) = error, refusal.status == .forbidden else { throw .identity(error) }
            answer.add("status", "not_linked")
            answer.add("migrated", false)
            answer.add("code", refusal.code.description)
            answer.add("detail", refusal.text.description)
            if refusal == .needsConfirmation, let path = generation.plan.ownPages.confirmation { answer.add("confirm", path) }
        }
        await self.answer(.ok, "application/json", answer.bytes)
    }
}
