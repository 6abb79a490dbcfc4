package import HTTP
package import Settings

/// What a route asks of a request: the mode in force (a canary or an override may differ from the file) and the rest
/// that the rules of this module depend on.
package struct Requirement: Sendable, Hashable {
    package let mode: Mode
    package let isOptional: Bool
    /// Whether the client reached us over TLS, itself or by a trusted proxy's word.
    package let isSecure: Bool
    /// Index into `Settings.routes`, where the request asks for an Upgrade and the route takes tokens there.
    package let upgradeRoute: Int?

    package init(mode: Mode, isOptional: Bool, isSecure: Bool, upgradeRoute: Int? = nil) {
        (self.mode, self.isOptional, self.isSecure, self.upgradeRoute) = (mode, isOptional, isSecure, upgradeRoute)
    }
}

/// What the credentials of one request prove, and where they were found. A class, because the stages of a request hand it on
/// and its some 400 bytes were copied, with a reference count for each subject, at every hand-over.
package final class Evidence: Sendable {
    package let requirement: Requirement
    package let clerk: Verdict<ClerkSubject>
    package let legacy: Verdict<LegacySubject>
    /// The same without subjects, with where the credential stands that decided.
    let clerkSide: Situation.Side
    let legacySide: Situation.Side
    /// The old credential that decided its side, by its index in `credentials`.
    let legacyDecider: Int?
    /// `false` where the mode does not depend on old credentials, so that nobody was asked about them: the verdict then
    /// says `absent` and proves nothing. Linking asks before it decides.
    package let isLegacyKnown: Bool
    package let claimant: Claimant
    package let credentials: FoundCredentials
    /// Credentials, by their index in `credentials`, whose token turned out to be Clerk's.
    package let clerkOwned: CredentialSet
    /// What credentials that prove nothing say, whoever decided.
    let unproved: UnprovedIDs

    /// For a route that looks at no credentials.
    init(nothingAskedBy requirement: Requirement) {
        self.requirement = requirement
        (clerk, legacy, legacyDecider) = (.absent, .absent, nil)
        clerkSide = Situation.Side(.absent, at: nil)
        legacySide = clerkSide
        (isLegacyKnown, claimant, credentials, clerkOwned) = (false, .nobody, FoundCredentials(), [])
        unproved = UnprovedIDs()
    }

    /// Applies the policy to what the sides came to.
    init(
        _ requirement: Requirement, _ found: FoundCredentials, _ sides: CredentialPass.Sides, retryAfterSeconds: Int
    ) throws(AuthenticationRefusal) {
        self.requirement = requirement
        (clerk, legacy, clerkSide, legacySide) = (
            sides.clerk.verdict, sides.legacy.verdict, sides.clerk.summary, sides.legacy.summary
        )
        (isLegacyKnown, credentials, clerkOwned) = (sides.isLegacyKnown, found, sides.clerkOwned)
        (unproved, legacyDecider) = (sides.unproved, sides.legacy.decider)
        let situation = Situation(
            mode: requirement.mode, isOptional: requirement.isOptional, clerk: clerkSide, legacy: legacySide,
            retryAfterSeconds: retryAfterSeconds)
        switch (situation.standpoint, clerk, legacy) {
        case (.refused(let refusal), _, _): throw refusal
        case (.clerk, .valid(let subject), _): claimant = .clerk(subject)
        case (.legacy, _, .valid(let subject)): claimant = .legacy(subject)
        case (.both, .valid(let subject), .valid(let old)): claimant = .both(subject, old)
        case (.legacyBesideExpired, .expired(.some(let expired)), .valid(let old)): claimant = .legacyBesideExpired(old, expired)
        // Nobody has proved whose the expired token was: it cannot be the same person's.
        case (.legacyBesideExpired, .expired(nil), _): throw .tokenExpired
        case (.nobody, _, _): claimant = .nobody
        case (.clerk, _, _), (.legacy, _, _), (.both, _, _), (.legacyBesideExpired, _, _):
            preconditionFailure("the policy names a credential that is not there")
        }
    }

    /// Where the credential that decided a side's verdict stands; `nil` where the side is absent.
    package var clerkPlace: CredentialPlace? { clerkSide.place }
    package var legacyPlace: CredentialPlace? { legacySide.place }
    /// Why a token was refused or not taken, for the log and the counters; never for the client.
    package var clerkReason: TokenFault? { clerkSide.fault }
    package var legacyReason: TokenFault? { legacySide.fault }
}

/// Indices into `FoundCredentials`.
package struct CredentialSet: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(index: Int) { rawValue = 1 << UInt32(index) }
}

/// Who is calling, as far as the credentials say. A directory look-up settles the rest (Identity).
package enum Claimant: Sendable {
    /// No credential, and none needed.
    case nobody
    case clerk(ClerkSubject)
    case legacy(LegacySubject)
    /// Two valid credentials; whether they are one person, the link says.
    case both(ClerkSubject, LegacySubject)
    /// An expired Clerk Bearer beside a valid old credential, which passes only if both are one linked person.
    case legacyBesideExpired(LegacySubject, ClerkSubject)
}

extension Evidence {
    /// Where the credential stands that the request passes by.
    var decidingPlace: CredentialPlace? {
        switch claimant {
        case .nobody: nil
        case .clerk, .both: clerkPlace
        case .legacy, .legacyBesideExpired: legacyPlace
        }
    }

    /// The old credential that decided its side, as it was sent; `nil` where there is none.
    package func legacyCredential(in head: RequestHead) -> [UInt8]? {
        legacyDecider.map { CredentialPass.bytes(of: credentials[$0], in: head) }
    }

    /// Whether this credential proves what its side says.
    func isProof(_ index: Int) -> Bool {
        guard index == legacyDecider, case .valid(let subject) = legacy else { return false }
        return subject.isSecure
    }

    /// The source, in `CredentialPlan.sources`, of the old credential that the request passes by; `nil` where it passes by none.
    var legacySource: Int? {
        switch claimant {
        case .nobody, .clerk, .both: nil
        case .legacy, .legacyBesideExpired: legacyDecider.map { Int(credentials[$0].source) }
        }
    }
}
