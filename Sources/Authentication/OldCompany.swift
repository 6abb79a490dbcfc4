package import HTTP
package import Telemetry

/// What the other old credentials of a request say of the person whom one of them proves.
package enum OldCompany: Sendable, Hashable {
    /// There are none, or they are the same person's, or they say nothing of anybody.
    case agrees
    /// Another person's; or nobody can tell which of them the person at the browser meant.
    case disagrees
    case unknown(retryAfterSeconds: Int)
}

// An ordinary request passes by the first good credential, as the old application would have it. What gives something away for
// good looks at all: a cookie that somebody planted comes first where its path is the longer one (RFC 6265 §5.4).
extension Authenticator {
    package func company(of subject: LegacySubject, _ head: RequestHead, _ evidence: Evidence, at now: UnixTime) async -> OldCompany
    {
        let found = evidence.credentials
        guard let decider = evidence.legacyDecider, !found.isIncomplete, !found.holdsTwoValues(in: head) else { return .disagrees }
        for index in 0..<found.count where index != decider && found[index].isLegacy {
            guard !evidence.clerkOwned.contains(CredentialSet(index: index)) else { continue }
            let (verdict, seconds) = await judgeLegacy(only: index, of: head, found, at: now)
            switch verdict {
            case .absent, .foreign: continue
            case .valid(let other), .expired(.some(let other)):
                if other.isSecure, other.user != subject.user { return .disagrees }
            // Old cookies lie about in every browser; what was sent on purpose and is over had somebody else in mind.
            case .expired(nil), .forged:
                if found[index].place != .cookie { return .disagrees }
            case .unavailable: return .unknown(retryAfterSeconds: seconds)
            }
        }
        return .agrees
    }
}

extension FoundCredentials {
    /// Whether one name came twice, and not with the same value.
    fileprivate func holdsTwoValues(in head: RequestHead) -> Bool {
        for index in 0..<count where self[index].isLegacy {
            for other in 0..<index where self[other].source == self[index].source {
                if CredentialPass.bytes(of: self[other], in: head) != CredentialPass.bytes(of: self[index], in: head) {
                    return true
                }
            }
        }
        return false
    }
}
