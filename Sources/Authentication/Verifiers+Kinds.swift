import Crypto
import Settings

// What the kinds of old credentials differ in.
extension Verifiers.LegacyRules {
    init(_ settings: LegacySettings, entry: Int) throws(CryptoError) {
        let isSecure = !settings.insecure
        switch settings.kind {
        case .jwt(let jwt): self = .token(try LegacyTokenRules(jwt, entry: entry, isSecure: isSecure))
        case .session(let session):
            self = .asked(seconds: Int64(session.cacheSeconds), isSecure: isSecure, bySource: false)
        case .userInfo(let info): self = .asked(seconds: Int64(info.cacheSeconds), isSecure: isSecure, bySource: true)
        case .base64(let token): self = .unsigned(UnsignedTokenRules(token, entry: entry))
        case .asserted: self = .asserted
        }
    }
}

extension Verifiers {
    /// Whether a place holds ids that nobody proves: no other entry reads it then.
    func isAsserted(_ source: Int) -> Bool {
        guard readsUnproved, let entry = plan.entries[source].first, case .asserted = legacy[entry] else { return false }
        return true
    }

    /// Where the credential stood, for an entry that asks the old application; `nil` for any other.
    func userInfoSource(_ entry: Int, _ source: Int) -> CredentialSource? {
        guard case .asked(_, _, bySource: true) = legacy[entry] else { return nil }
        return plan.spellings[source]
    }
}
