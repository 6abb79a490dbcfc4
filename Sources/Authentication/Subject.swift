package import Settings
package import Telemetry

/// What verifying one credential came to.
package enum Verdict<Subject: Sendable>: Sendable {
    /// No such credential in the request.
    case absent
    /// Not this verifier's: another shape, issuer or key.
    case foreign
    case expired(Subject)
    case forged
    /// Trouble on our side: keys never loaded, the database away.
    case unavailable
    case valid(Subject)
}

/// Who a verified Clerk session token speaks for.
package final class ClerkSubject: Sendable {
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
package final class LegacySubject: Sendable {
    package let user: UserID
    /// Index into `Settings.legacy`.
    package let entry: Int
    package let source: CredentialSource
    /// `false` for kinds that prove nothing: never evidence for or against a link.
    package let isSecure: Bool
    package let expires: UnixTime?

    package init(user: UserID, entry: Int, source: CredentialSource, isSecure: Bool, expires: UnixTime?) {
        (self.user, self.entry, self.source, self.isSecure, self.expires) = (user, entry, source, isSecure, expires)
    }
}
