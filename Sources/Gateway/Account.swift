import Authentication
import HTTP
import Identity
import Settings
import Telemetry

/// What is to be said about one request when it is over: filled in along the journey, written as one line of the access
/// log and counted once. The next request of the connection uses it again. A class, because its eight references were
/// counted at every hand-over.
final class Account {
    var requestID: [UInt8] = []
    /// A `traceparent` of our own, where the client sent none that may be passed on; else empty.
    var traceparent: [UInt8] = []
    /// In the form that is matched, where that is not the one that came; else empty.
    var path: [UInt8] = []
    var startedNanoseconds: Int64 = 0
    /// From the request being sent to the response head; `nil` where no origin answered.
    var originMilliseconds: Int64?
    var route: RoutePlan?
    var status = Status.ok
    var refusal: Refusal?
    var caller: Caller?
    var evidence: Evidence?
    /// What the credentials came to where they ended the request, so that there is no evidence.
    var refusedStandings: Standings?
    /// Whether two people's credentials came and Clerk's was used.
    var isConflict = false
    /// What the origin got in the caller's name, which is nothing to the client.
    var minted: MintedCredential?
    /// Whether a credential that proves nothing named somebody else than the caller.
    var isContradicted = false
    /// Whether it did, or might to a reader more lenient than ours.
    var mayBeContradicted = false
    /// What a canary made of the request, where its caller is in the sample.
    var canary: Canary.Verdict?
    /// Cookies that the client is told to forget.
    var expiredCookies: [String] = []
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var isTruncated = false
    /// Whether its credentials have been counted, before its end.
    var isUseCounted = false
    /// What an event of Clerk's came to, where the request was one.
    var webhook: Webhook?
    /// How a page of ours writes its refusals; `nil`: as `detail`.
    var ownErrors: Route.ErrorProfile?

    struct Webhook {
        let id: String
        let type: String
        var outcome: String?
        /// Why the rules linked nobody, or the event must come again.
        var reason: String?
    }

    init() {}

    /// For a request that is judged after its connection has gone on.
    init(copying other: Account) {
        (requestID, traceparent, path) = (other.requestID, other.traceparent, other.path)
        (startedNanoseconds, originMilliseconds) = (other.startedNanoseconds, other.originMilliseconds)
        (route, status, refusal, caller) = (other.route, other.status, other.refusal, other.caller)
        (evidence, refusedStandings, isConflict) = (other.evidence, other.refusedStandings, other.isConflict)
        (expiredCookies, bytesIn, bytesOut) = (other.expiredCookies, other.bytesIn, other.bytesOut)
        (isTruncated, isContradicted, canary, isUseCounted) = (
            other.isTruncated, other.isContradicted, other.canary, other.isUseCounted
        )
    }

    /// - Parameter plan: the whole of it: handing over its settings would copy them for each request.
    func adopt(_ resolution: Resolution, _ evidence: Evidence, _ plan: Plan) {
        (caller, isConflict) = (resolution.caller, resolution.conflict)
        if let user = caller?.user, evidence.mayContradict(user) {
            (mayBeContradicted, isContradicted) = (true, evidence.contradicts(user))
        }
        if isConflict { expiredCookies = cookiesToExpire(evidence, plan) }
    }

    /// The cookies of the old credential whose owner lost a conflict.
    private func cookiesToExpire(_ evidence: Evidence, _ plan: Plan) -> [String] {
        guard case .both(_, let legacy) = evidence.claimant, evidence.legacyPlace == .cookie else { return [] }
        return plan.settings.legacy[legacy.entry].from.compactMap { source in
            if case .cookie(let name) = source { name } else { nil }
        }
    }

    /// What both sides came to, whether the request passed or not; `nil` where no credential was judged.
    var standings: Standings? { evidence?.standings ?? refusedStandings }

    /// Gives the memory back, for the time in which no request is expected.
    func release() {
        reset()
        (requestID, traceparent) = ([], [])
    }

    /// Begins the next request.
    func reset() {
        requestID.removeAll(keepingCapacity: true)
        traceparent.removeAll(keepingCapacity: true)
        (startedNanoseconds, originMilliseconds) = (0, nil)
        (route, refusal, caller, evidence, refusedStandings) = (nil, nil, nil, nil, nil)
        (status, bytesIn, bytesOut) = (.ok, 0, 0)
        (isConflict, isTruncated, isContradicted, mayBeContradicted, isUseCounted) = (false, false, false, false, false)
        if !path.isEmpty { path = [] }
        if minted != nil { minted = nil }
        if canary != nil { canary = nil }
        if webhook != nil { webhook = nil }
        ownErrors = nil
        if !expiredCookies.isEmpty { expiredCookies = [] }
    }
}

extension Authenticator {
    /// What the rewriter leaves out of a request whose caller is known.
    func removal(_ choice: Route.CredentialForwarding, _ evidence: Evidence, _ account: Account) -> CredentialRemoval {
        removal(choice, evidence, conflict: account.isConflict, contradiction: account.mayBeContradicted)
    }
}
