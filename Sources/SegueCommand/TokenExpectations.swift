internal import JOSE

/// What a token must say to be called valid on the command line. Unlike the gateway, which refuses at the first fault, it
/// names every fault: whoever asks here wants to know them all.
struct TokenExpectations {
    let issuer: String?
    let audience: String?
    let authorizedParties: [String]
    let isClerkSession: Bool
    let neverExpires: Bool
    let leewaySeconds: Int64

    init(_ arguments: inout Arguments) {
        issuer = arguments.option("issuer", "URL", "the claim iss must be this")
        audience = arguments.option("audience", "NAME", "the claim aud must be or contain this")
        authorizedParties = arguments.options("authorized-party", "ORIGIN", "the claim azp must be this, or one of these")
        isClerkSession = arguments.flag("clerk", "the token must be a session token of Clerk")
        neverExpires = arguments.flag("never-expires", "the token may lack exp")
        leewaySeconds = arguments.seconds("leeway", "how far clocks may differ, 5s unless given") ?? 5
    }

    func faults(of token: VerifiedToken, at now: Int64) -> [String] {
        dateFaults(token.claims, at: now) + partyFaults(token.claims) + (isClerkSession ? clerkFaults(token) : [])
    }

    private func dateFaults(_ claims: Claims, at now: Int64) -> [String] {
        var faults: [String] = []
        switch claims.expires {
        case .absent: if !neverExpires { faults.append("it has no exp, so it would be good for ever") }
        case .malformed: faults.append("exp is no date")
        case .value(let date): if date <= now - leewaySeconds { faults.append("it expired \(now - date) s ago") }
        }
        for (name, claim) in [("nbf", claims.notBefore), ("iat", claims.issued)] {
            switch claim {
            case .absent: break
            case .malformed: faults.append("\(name) is no date")
            case .value(let date): if date > now + leewaySeconds { faults.append("\(name) is \(date - now) s in the future") }
            }
        }
        return faults
    }

    private func partyFaults(_ claims: Claims) -> [String] {
        var faults: [String] = []
        if let issuer, claims.issuer != .value(issuer) { faults.append("iss is not \(issuer)") }
        if let audience, claims.audience.value?.contains(audience) != true { faults.append("aud is not \(audience)") }
        if !authorizedParties.isEmpty, claims.authorizedParty.value.map(authorizedParties.contains) != true {
            faults.append("azp is not \(authorizedParties.joined(separator: " or "))")
        }
        return faults
    }

    /// Clerk signs sessions, templates, machine and handshake tokens with one key: these tell a session from the others.
    private func clerkFaults(_ token: VerifiedToken) -> [String] {
        var faults: [String] = []
        if token.header.algorithm.name != "RS256" { faults.append("the algorithm is not RS256") }
        if let type = token.header.type, type != "JWT" { faults.append("typ is \(type) and not JWT") }
        if let category = token.header.category, !["cl_B7d4PD111AAA", "cl_I7d4PD111III"].contains(category) {
            faults.append("cat is \(category), which is not a session")
        }
        if token.claims.subject.value?.hasPrefix("user_") != true { faults.append("sub is not a user of Clerk (user_…)") }
        if token.claims.sessionID.value?.isEmpty != false { faults.append("sid is missing: this is not a session") }
        switch token.claims.sessionStatus {
        case .absent, .value("active"): break
        case .value, .malformed: faults.append("sts is not active: the session is not complete")
        }
        return faults
    }
}
