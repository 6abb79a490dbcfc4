import JOSE
import Telemetry

/// `exp`, `nbf` and `iat` of a token (RFC 7519 §4.1.4–6), with the leeway that its §4.1.4 allows for clocks.
struct TokenDates {
    let expires: UnixTime?
    let notBefore: UnixTime?
    let issued: UnixTime?

    /// Wrapped, because a reason for the log is not an error by itself.
    struct Fault: Error { let reason: TokenFault }

    /// For a token that has no other.
    init(expires: UnixTime?) { (self.expires, notBefore, issued) = (expires, nil, nil) }

    /// The dates as they stand; a claim that is no date is a fault of its own.
    init(_ claims: Claims) throws(Fault) {
        expires = try Self.date(claims.expires, orFault: .expiryMissing)
        notBefore = try Self.date(claims.notBefore, orFault: .notYetValid)
        issued = try Self.date(claims.issued, orFault: .issuedInFuture)
    }

    /// `nil`: the token may be used, unless it is over.
    func fault(requiresExpiry: Bool, checksIssued: Bool, at now: UnixTime) -> TokenFault? {
        if requiresExpiry, expires == nil { return .expiryMissing }
        if !haveBegun(at: now) { return .notYetValid }
        if checksIssued, let issued, issued > Self.limit(now) { return .issuedInFuture }
        return nil
    }

    /// For a token that passed every other check before.
    func verdict<Subject>(_ subject: Subject, at now: UnixTime) -> (verdict: Verdict<Subject>, fault: TokenFault?) {
        guard haveBegun(at: now) else { return (.forged, .notYetValid) }
        return areOver(at: now) ? (.expired(subject), .expired) : (.valid(subject), nil)
    }

    func haveBegun(at now: UnixTime) -> Bool { notBefore.map { $0 <= Self.limit(now) } ?? true }

    /// Clerk's own SDKs refuse at the very second: `exp <= now - leeway`.
    func areOver(at now: UnixTime) -> Bool {
        expires.map { $0.adding(seconds: AuthenticationLimits.leewaySeconds) <= now } ?? false
    }

    private static func limit(_ now: UnixTime) -> UnixTime { now.adding(seconds: AuthenticationLimits.leewaySeconds) }

    private static func date(_ claim: Claim<Int64>, orFault fault: TokenFault) throws(Fault) -> UnixTime? {
        switch claim {
        case .absent: nil
        case .malformed: throw Fault(reason: fault)
        case .value(let seconds): UnixTime(seconds: seconds)
        }
    }
}
