package import Telemetry

/// What verifying one credential, or one side of a request, came to.
package enum Verdict<Subject: Sendable>: Sendable {
    /// No such credential in the request.
    case absent
    /// Not this verifier's: another shape, issuer or key.
    case foreign
    /// Good once. `nil` where the subject is not known any more: a session that its query does not find has run out,
    /// was signed out or never was, and nothing tells these apart.
    case expired(Subject?)
    /// Every verifier that takes the token's shape has refused it.
    case forged
    /// Trouble on our side: keys never loaded, the database away.
    case unavailable
    case valid(Subject)
}

/// What a verified credential speaks for.
protocol VerifiedSubject: Sendable {
    /// `false` for kinds that prove nothing.
    var isSecure: Bool { get }
}

/// Who a verified Clerk session token speaks for.
package final class ClerkSubject: VerifiedSubject {
    var isSecure: Bool { true }
    package let user: ClerkUserID
    package let session: ClerkSessionID
    /// Somebody is impersonating `user` (claim `act`): the request may pass, a link may never be made.
    package let isImpersonated: Bool
    package let expires: UnixTime
    package let issued: UnixTime?

    package init(user: ClerkUserID, session: ClerkSessionID, isImpersonated: Bool, expires: UnixTime, issued: UnixTime?) {
        (self.user, self.session, self.isImpersonated, self.expires, self.issued) = (user, session, isImpersonated, expires, issued)
    }
}

/// Who a verified old credential speaks for, and what that is worth.
package final class LegacySubject: VerifiedSubject {
    package let user: UserID
    /// Index into `Settings.legacy`.
    package let entry: Int
    /// `false` for kinds that prove nothing: never evidence for or against a link.
    package let isSecure: Bool
    package let expires: UnixTime?

    package init(user: UserID, entry: Int, isSecure: Bool, expires: UnixTime?) {
        (self.user, self.entry, self.isSecure, self.expires) = (user, entry, isSecure, expires)
    }
}

/// A verdict without its subject: what the policy decides on.
package enum Standing: UInt8, Sendable, CaseIterable {
    case absent, foreign, expired, forged, unavailable, valid
}

extension Verdict {
    package var standing: Standing {
        switch self {
        case .absent: .absent
        case .foreign: .foreign
        case .expired: .expired
        case .forged: .forged
        case .unavailable: .unavailable
        case .valid: .valid
        }
    }

    package var validSubject: Subject? {
        if case .valid(let subject) = self { subject } else { nil }
    }
}

extension Verdict<LegacySubject> {
    /// What it says for or against a link: nothing, where it proves nothing.
    package var asEvidence: Verdict<LegacySubject> {
        switch self {
        case .valid(let subject), .expired(.some(let subject)): subject.isSecure ? self : .absent
        case .absent, .foreign, .expired(nil), .forged, .unavailable: self
        }
    }
}
