package import Authentication
import HTTP
package import JOSE
package import Settings
import Snapshot
package import Telemetry

/// An authenticator with Clerk, an old HS256 token (`jwt`, entry 0) and an old session (`session`, entry 1), all in memory.
package final class AuthenticationFixture {
    package var settings = AuthenticationFixture.settings
    package let mint = TokenMint()
    package let keys: FakeKeySource
    package let store = FakeLegacyStore()
    package let userInfo = FakeUserInfo()
    package let cache: TokenCache
    package var clock = ManualClock()
    private var made: Authenticator?
    private var version: UInt64 = 1

    package init(
        keys: KeySet? = nil, next: Result<KeySet, KeyFetchFailure> = .success(TokenMint().keySet),
        cache: TokenCache = TokenCache(seed: 1)
    ) {
        self.keys = FakeKeySource(published: keys ?? TokenMint().keySet, next: next)
        self.cache = cache
    }

    package static var settings: Settings {
        var clerk = ClerkSettings(issuer: TokenMint.issuer, jwksURL: TokenMint.issuer + "/.well-known/jwks.json")
        clerk.publishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
        clerk.authorizedParties = [TokenMint.party]
        let secret = LegacySettings.Key(keyID: nil, material: Secret(TokenMint.legacySecret))
        var settings = Settings()
        settings.clerk = clerk
        settings.legacy = [
            LegacySettings(
                name: "jwt", from: [.bearer], kind: .jwt(.init(algorithm: .hs256, keys: [secret], userIDClaim: "user_id"))),
            LegacySettings(
                name: "session", from: [.cookie("session_token"), .scheme("Legacy")], kind: .session(.init(query: "SELECT 1"))),
        ]
        return settings
    }

    package var authenticator: Authenticator {
        get throws {
            if let made { return made }
            let new = try Authenticator(
                settings, version: version, keys: keys.published, keySource: settings.clerk?.jwtKey == nil ? keys : nil,
                store: store, userInfo: userInfo, cache: cache)
            made = new
            return new
        }
    }

    /// As after a reload.
    package func change(_ edit: (inout Settings) -> Void) {
        edit(&settings)
        version += 1
        made = nil
    }

    package func authenticate(
        _ text: String, mode: Mode = .dual, optional: Bool = false, isSecure: Bool = true, upgradeRoute: Int? = nil
    ) async throws -> Evidence {
        let requirement = Requirement(mode: mode, isOptional: optional, isSecure: isSecure, upgradeRoute: upgradeRoute)
        do {
            return try await authenticator.authenticate(RequestHead(text: text), for: requirement, at: clock.now)
        } catch let refused as RefusedAuthentication {
            throw refused.refusal
        }
    }

    /// What the two sides came to, whether the request passes or not; `nil` where nothing was judged.
    package func standings(_ text: String, mode: Mode = .dual) async throws -> Standings? {
        let requirement = Requirement(mode: mode, isOptional: false, isSecure: true)
        do {
            return try await authenticator.authenticate(RequestHead(text: text), for: requirement, at: clock.now).standings
        } catch let refused as RefusedAuthentication {
            return refused.standings
        }
    }

    /// The code of the refusal, or how the request passes.
    package func outcome(
        _ text: String, mode: Mode = .dual, optional: Bool = false, isSecure: Bool = true, upgradeRoute: Int? = nil
    ) async throws -> String {
        do {
            let evidence = try await authenticate(
                text, mode: mode, optional: optional, isSecure: isSecure, upgradeRoute: upgradeRoute)
            switch evidence.claimant {
            case .nobody: return "nobody"
            case .clerk(let subject): return "clerk \(subject.user.text)"
            case .legacy(let subject): return "legacy \(subject.user.text)"
            case .both(let subject, let old): return "both \(subject.user.text) \(old.user.text)"
            case .legacyBesideExpired(let old, let expired): return "legacy \(old.user.text) beside expired \(expired.user.text)"
            }
        } catch let refusal as AuthenticationRefusal {
            return "\(refusal.code)"
        }
    }

    /// A request head with these fields.
    package static func request(_ fields: String..., line: String = "GET /api") -> String {
        ([line, "Host: api.example.com"] + fields).joined(separator: "\n")
    }
}

extension Secret {
    /// As an Authorization field.
    package var bearer: String { "Authorization: Bearer \(exposeText())" }
    package func cookie(_ name: String) -> String { "Cookie: \(name)=\(exposeText())" }
}
