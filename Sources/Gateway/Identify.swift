import Authentication
import HTTPServer
import Identity
import Telemetry

extension Conversation {
    /// From verified credentials to one caller, who is linked on first sight.
    func identify(_ evidence: Evidence, _ generation: Generation, at now: UnixTime) async throws(IdentityRefusal) -> Caller? {
        guard let callers = generation.callers else { throw .unavailable(retryAfterSeconds: 30) }
        let resolution = try await callers.resolve(
            evidence, requestID: String(decoding: account.requestID, as: UTF8.self), at: now,
            judgeLegacy: { await generation.authenticator.judgeLegacy(of: client.head, evidence, at: now) })
        account.adopt(resolution, evidence, generation.plan)
        return resolution.caller
    }
}
