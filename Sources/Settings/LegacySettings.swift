package import Telemetry

/// One entry of `legacy`: a kind of old credential, where it is found and how it is verified.
package struct LegacySettings: Sendable {
    package var name: String
    package var from: [CredentialSource]
    package var kind: Kind
    /// Proves nothing (`base64`, `asserted`): passes a request, never decides about a link.
    package var insecure = false

    package init(name: String, from: [CredentialSource], kind: Kind) { (self.name, self.from, self.kind) = (name, from, kind) }

    /// Places that all entries may name together. Applications have two or three, and every cookie, field and parameter of
    /// every request is compared with each.
    package static let sourcesMax = 64

    package enum Kind: Sendable {
        case jwt(JWT)
        case session(Session)
    }

    package struct JWT: Sendable {
        package enum Algorithm: String, Sendable, CaseIterable {
            case hs256 = "HS256", rs256 = "RS256", es256 = "ES256", eddsa = "EdDSA"
        }
        package var algorithm: Algorithm
        package var keys: [Key]
        /// The claim that holds the internal user id: a string or a whole number.
        package var userIDClaim: String
        package var issuer: String?
        package var audience: String?
        package var neverExpires = false
        /// A query that yields a row when the token with this `jti` (`$1`) is revoked; a database that cannot say so fails closed.
        package var revoked: String?
        /// How long an answer to `revoked` is believed.
        package var cacheSeconds = 10

        package init(algorithm: Algorithm, keys: [Key], userIDClaim: String) {
            (self.algorithm, self.keys, self.userIDClaim) = (algorithm, keys, userIDClaim)
        }
    }

    package struct Key: Sendable {
        /// The `kid` that selects this key; `nil`: tried for every token.
        package var keyID: String?
        /// The secret of HS256, or a PEM public key.
        package var material: Secret
        package init(keyID: String?, material: Secret) { (self.keyID, self.material) = (keyID, material) }
    }

    package struct Session: Sendable {
        /// A query whose first column of the first row is the internal user id; `$1` is the token.
        package var query: String
        package var cacheSeconds = 30
        package init(query: String) { self.query = query }
    }
}

/// Where in a request a credential stands.
package enum CredentialSource: Sendable, Hashable {
    /// `Authorization: Bearer <token>`
    case bearer
    case cookie(String)
    /// `Authorization: <scheme> <token>`
    case scheme(String)
    case header(String)
    case query(String)
}
