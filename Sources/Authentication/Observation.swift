package import Settings

/// What a mode would have made of a request, in words that fit a counter's label. Links are not looked at: `both`
/// says that two credentials are valid, not whether they are one person's.
package enum ObservedOutcome: String, Sendable, CaseIterable {
    case anonymous, clerk, legacy, both
    case missing, invalid, expired, unavailable

    package init(_ standpoint: Standpoint) {
        self =
            switch standpoint {
            case .nobody: .anonymous
            case .clerk: .clerk
            case .legacy: .legacy
            case .both: .both
            case .legacyBesideExpired: .expired
            case .refused(.credentialsMissing): .missing
            case .refused(.tokenExpired): .expired
            case .refused(.unavailable): .unavailable
            case .refused(.tokenInvalid), .refused(.severalAuthorizations), .refused(.denied), .refused(.crossSite): .invalid
            }
    }
}

extension Evidence {
    /// Of a request that passes: whose credential spoke.
    package var outcome: ObservedOutcome {
        switch claimant {
        case .nobody: .anonymous
        case .clerk: .clerk
        case .legacy, .legacyBesideExpired: .legacy
        case .both: .both
        }
    }

    /// For a route in `observe`, where every credential was judged and nobody was refused: what `mode` would have said.
    package func wouldBe(in mode: Mode) -> ObservedOutcome {
        if case .several = credentials.authorization { return .invalid }
        if case .malformed = credentials.authorization { return .invalid }
        let situation = Situation(
            mode: mode, isOptional: requirement.isOptional, clerk: clerkSide, legacy: legacySide,
            retryAfterSeconds: AuthenticationLimits.retryAfterSeconds)
        return ObservedOutcome(situation.standpoint)
    }
}
