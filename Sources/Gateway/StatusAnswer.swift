package import Authentication
import HTTP
import HTTPServer
import Identity
import Migration
import Settings

/// How far the migration is, as JSON. It is kept for a while, so that asking often costs the database nothing.
package protocol StatusSource: AnyObject, Sendable {
    func status() async throws(Unavailable) -> [UInt8]
}

extension Conversation {
    /// `answer: "migrationStatus"`, for whoever is privileged.
    func tellStatus(to caller: Caller?, _ evidence: Evidence?, _ generation: Generation) async throws(Refusal) {
        try await generation.plan.requirePrivilege(of: caller, evidence)
        guard [.get, .head].contains(client.head.method) else { throw .methodNotAllowed("GET, HEAD") }
        guard let source = generation.plan.services.status else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        let status: [UInt8]
        do throws(Unavailable) { status = try await source.status() } catch {
            throw .identity(.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds))
        }
        await answer(.ok, "application/json", status)
    }
}

extension Plan {
    /// By the row as it is now: a role that was taken away opens nothing for as long as a caller is remembered. What proves nothing
    /// opens nothing either.
    func requirePrivilege(of caller: Caller?, _ evidence: Evidence?) async throws(Refusal) {
        guard let caller, let evidence, !evidence.isUnproved, let rules = settings.directory else { throw .notPrivileged }
        guard let directory = services.directory else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        let row: DirectoryUser?
        do throws(Unavailable) { row = try await directory.user(caller.user) } catch {
            throw .identity(.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds))
        }
        guard let row, row.isActive, LinkRules(rules).isPrivileged(row) else { throw .notPrivileged }
    }
}
