/// What the two sides of a request came to, for the log and the counters.
package struct Standings: Sendable, Hashable {
    package let clerk: Standing
    package let legacy: Standing

    package init(clerk: Standing, legacy: Standing) { (self.clerk, self.legacy) = (clerk, legacy) }

    /// Whose credential decided, as the policy weighs them; `nil` where none was sent.
    package var kind: String? {
        if clerk.isDecisive { return "clerk" }
        if legacy.isDecisive || clerk == .absent { return legacy == .absent ? nil : "legacy" }
        return "clerk"
    }
}

/// How authentication ends a request, with what was known of its credentials by then.
package struct RefusedAuthentication: Error, Sendable, Hashable {
    package let refusal: AuthenticationRefusal
    /// `nil` where no credential was judged.
    package let standings: Standings?

    init(_ refusal: AuthenticationRefusal, _ standings: Standings? = nil) { (self.refusal, self.standings) = (refusal, standings) }
}

extension Evidence {
    package var standings: Standings { Standings(clerk: clerk.standing, legacy: legacy.standing) }
}

extension CredentialPass.Sides {
    var standings: Standings { Standings(clerk: clerk.verdict.standing, legacy: legacy.verdict.standing) }
}

extension Standing {
    /// Whether a side that stands so leaves the other one nothing to say.
    fileprivate var isDecisive: Bool {
        switch self {
        case .valid, .forged, .unavailable: true
        case .absent, .foreign, .expired: false
        }
    }
}
