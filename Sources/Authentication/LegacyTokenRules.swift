import Crypto
import JOSE
import Settings
import Telemetry

/// When a token is one of the old application's: one entry of `legacy` with kind `jwt`, on one worker.
final class LegacyTokenRules {
    private let entry: Int
    private let isSecure: Bool
    private let algorithm: TokenAlgorithm
    private let verifiers: [(keyID: String?, verifier: TokenVerifier)]
    private let settings: LegacySettings.JWT

    /// How long an answer of the old application's queries is believed.
    var standingSeconds: Int64 { Int64(settings.cacheSeconds) }

    init(_ settings: LegacySettings.JWT, entry: Int, isSecure: Bool) throws(CryptoError) {
        (self.settings, self.entry, self.isSecure) = (settings, entry, isSecure)
        switch settings.algorithm {
        case .hs256: algorithm = .hs256
        case .rs256: algorithm = .signature(.rs256)
        case .es256: algorithm = .signature(.es256)
        case .eddsa: algorithm = .signature(.edDSA)
        }
        var verifiers: [(String?, TokenVerifier)] = []
        for key in settings.keys {
            let verifier =
                switch algorithm {
                case .hs256: try TokenVerifier(key.material)
                case .signature: try TokenVerifier(try PublicKey(pem: key.material.exposeText()))
                }
            verifiers.append((key.keyID, verifier))
        }
        self.verifiers = verifiers
    }

    /// The algorithm is the settings', never the token's choice (RFC 8725 §3.1).
    func judge(_ token: UnverifiedToken, at now: UnixTime) -> (Judgement<LegacySubject>, VerifiedToken?) {
        guard token.header.algorithm == algorithm else { return (.foreign(.algorithm), nil) }
        if let issuer = settings.issuer, !token.unverifiedClaims.string("iss", is: issuer).holds {
            return (.foreign(.issuer), nil)
        }
        var fault = TokenFault.keyUnknown
        for (keyID, verifier) in verifiers where keyID == nil || keyID == token.header.keyID {
            if case .verified(let verified) = verifier.verify(token) { return (judge(verified, at: now), verified) }
            fault = .signature
        }
        return (fault == .keyUnknown ? .foreign(fault) : .refused(fault), nil)
    }

    private func judge(_ token: VerifiedToken, at now: UnixTime) -> Judgement<LegacySubject> {
        let claims = token.claims
        if let audience = settings.audience, claims.audience.value?.contains(audience) != true { return .refused(.audience) }
        guard let user = userID(claims) else { return .refused(.userIDClaim) }
        let dates: TokenDates
        do throws(TokenDates.Fault) { dates = try TokenDates(claims) } catch { return .refused(error.reason) }
        if let fault = revocationFault(claims, dates) { return .refused(fault) }
        if let fault = dates.fault(requiresExpiry: !settings.neverExpires, checksIssued: false, at: now) { return .refused(fault) }
        let subject = LegacySubject(user: user, entry: entry, isSecure: isSecure, expires: dates.expires)
        return dates.areOver(at: now) ? .expired(subject) : .valid(subject, dates)
    }

    /// Without what it is asked by, nobody could say that this token was revoked: it fails closed.
    private func revocationFault(_ claims: Claims, _ dates: TokenDates) -> TokenFault? {
        guard settings.revoked != nil else { return nil }
        switch settings.revokedBy {
        case .tokenID: return claims.tokenID.value?.isEmpty ?? true ? .tokenIDMissing : nil
        case .user: return dates.issued == nil ? .issuedMissing : nil
        case .digest: return nil
        }
    }

    /// What the old application's queries are asked by; `nil` where there are none.
    func claim(of token: VerifiedToken, _ subject: LegacySubject, _ dates: TokenDates) -> LegacyClaim? {
        guard settings.revoked != nil || settings.active != nil else { return nil }
        var tokenID: String?
        if settings.revoked != nil {
            switch settings.revokedBy {
            case .tokenID: tokenID = token.claims.tokenID.value
            case .digest: tokenID = Hexadecimal.encode(Digest.sha256(token.text))
            case .user: break
            }
        }
        return LegacyClaim(user: subject.user, tokenID: tokenID, issued: dates.issued)
    }

    private func userID(_ claims: Claims) -> UserID? {
        switch claims.string(settings.userIDClaim) {
        case .value(let text): text.isEmpty ? nil : UserID(text)
        case .absent: nil
        case .malformed: claims.integer(settings.userIDClaim).value.map { UserID(String($0)) }
        }
    }
}
