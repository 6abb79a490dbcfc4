package import Settings

/// What the two sides of a request came to, without the subjects: all that the policy decides on.
package struct Situation: Sendable, Hashable {
    package struct Side: Sendable, Hashable {
        package let standing: Standing
        /// Where the credential stands that decided; `nil` when the side is absent.
        package let place: CredentialPlace?
        package let fault: TokenFault?

        package init(_ standing: Standing, at place: CredentialPlace?, fault: TokenFault? = nil) {
            (self.standing, self.place, self.fault) = (standing, place, fault)
        }

        /// Whether a credential that proves nothing was nevertheless sent on purpose. A browser sends stale cookies by
        /// itself, and cookies of other applications too, so those are as good as absent.
        var isBadOnPurpose: Bool { (standing == .foreign || standing == .expired) && place != .cookie }
    }

    package let mode: Mode
    package let isOptional: Bool
    package let clerk: Side
    package let legacy: Side
    /// For a refusal that is our fault.
    package let retryAfterSeconds: Int

    package init(mode: Mode, isOptional: Bool, clerk: Side, legacy: Side, retryAfterSeconds: Int) {
        (self.mode, self.isOptional, self.clerk, self.legacy) = (mode, isOptional, clerk, legacy)
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// Who a request may pass as; `Claimant` without the subjects.
package enum Standpoint: Sendable, Hashable {
    case nobody, clerk, legacy, both, legacyBesideExpired
    case refused(AuthenticationRefusal)
}

/// The table of verdicts in design §3 ("Verdicts"): which credential decides, or how the request ends.
extension Situation {
    package var standpoint: Standpoint {
        switch mode {
        case .public, .observe: .nobody
        case .deny: .refused(.denied)
        case .legacy: alone(legacy, passesAs: .legacy)
        case .clerk: alone(clerk, passesAs: .clerk)
        case .dual: dual
        }
    }

    /// A mode that takes one kind of credential.
    private func alone(_ side: Side, passesAs standpoint: Standpoint) -> Standpoint {
        switch side.standing {
        case .valid: standpoint
        case .unavailable: unavailable(side)
        case .forged: .refused(.tokenInvalid(side.fault))
        case .expired, .foreign, .absent: nothingProved([side])
        }
    }

    private var dual: Standpoint {
        switch clerk.standing {
        case .valid:
            // A forged or stale old credential is dropped, and one that cannot be judged now is not needed.
            return legacy.standing == .valid ? .both : .clerk
        case .unavailable: return unavailable(clerk)
        case .forged: return .refused(.tokenInvalid(clerk.fault))
        case .expired where clerk.place != .cookie:
            // The client is due to renew its token and learns so, unless the old credential is the same person's.
            return alone(legacy, passesAs: .legacyBesideExpired, otherwise: .refused(.tokenExpired))
        case .expired, .foreign, .absent:
            return alone(legacy, passesAs: .legacy, otherwise: nothingProved([clerk, legacy]))
        }
    }

    private func alone(_ side: Side, passesAs standpoint: Standpoint, otherwise: Standpoint) -> Standpoint {
        switch side.standing {
        case .expired, .foreign, .absent: otherwise
        case .valid, .unavailable, .forged: alone(side, passesAs: standpoint)
        }
    }

    /// Nothing valid, nothing forged: what the client sent on purpose is refused by name; the rest counts as nothing sent.
    private func nothingProved(_ sides: [Side]) -> Standpoint {
        if isOptional, !sides.contains(where: \.isBadOnPurpose) { return .nobody }
        if sides.contains(where: { $0.standing == .expired }) { return .refused(.tokenExpired) }
        if let bad = sides.first(where: \.isBadOnPurpose) { return .refused(.tokenInvalid(bad.fault)) }
        return .refused(.credentialsMissing)
    }

    private func unavailable(_ side: Side) -> Standpoint {
        .refused(.unavailable(retryAfterSeconds: retryAfterSeconds, side.fault))
    }
}
