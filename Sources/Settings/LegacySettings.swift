package import Telemetry

/// One entry of `legacy`: a kind of old credential, where it is found and how it is verified.
package struct LegacySettings: Sendable, Equatable {
    package var name: String
    package var from: [CredentialSource]
    package var kind: Kind
    /// Proves nothing (`base64`, `asserted`): passes a request, never decides about a link.
    package var insecure = false

    package init(name: String, from: [CredentialSource], kind: Kind) { (self.name, self.from, self.kind) = (name, from, kind) }

    /// Places that all entries may name together. Applications have two or three, and every cookie, field and parameter of
    /// every request is compared with each.
    package static let sourcesMax = 64

    package enum Kind: Sendable, Equatable {
        case jwt(JWT)
        case session(Session)
        case base64(UnsignedToken)
        /// The id itself, which the client says.
        case asserted
        case userInfo(UserInfo)
    }

    package struct JWT: Sendable, Equatable {
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
        /// A query that yields a row when the token is revoked; a database that cannot say so fails closed.
        package var revoked: String?
        /// What `$1` of `revoked` is.
        package var revokedBy = RevocationKey.tokenID
        /// A query that yields a row while the user (`$1`) may use old tokens; it fails closed too.
        package var active: String?
        /// How long an answer to `revoked` and `active` is believed.
        package var cacheSeconds = 10

        package enum RevocationKey: String, Sendable, CaseIterable {
            case tokenID = "jti"
            /// The hexadecimal SHA-256 of the whole token.
            case digest = "sha256"
            /// `$1` is the user id and `$2` the `iat`, in seconds: tokens from before a moment are revoked.
            case user
        }

        package init(algorithm: Algorithm, keys: [Key], userIDClaim: String) {
            (self.algorithm, self.keys, self.userIDClaim) = (algorithm, keys, userIDClaim)
        }
    }

    package struct Key: Sendable, Equatable {
        /// The `kid` that selects this key; `nil`: tried for every token.
        package var keyID: String?
        /// The secret of HS256, or a PEM public key.
        package var material: Secret
        package init(keyID: String?, material: Secret) { (self.keyID, self.material) = (keyID, material) }
    }

    package struct Session: Sendable, Equatable {
        /// A query whose first column of the first row is the internal user id; `$1` is the token.
        package var query: String
        package var cacheSeconds = 30
        package init(query: String) { self.query = query }
    }
}

extension LegacySettings {
    /// A token that nobody has signed: whoever knows an id can make one.
    package struct UnsignedToken: Sendable, Equatable {
        package enum Format: String, Sendable, CaseIterable {
            /// A JSON object.
            case json
            /// The id and nothing else.
            case text
        }
        package var format: Format
        /// The member of `json` that holds the internal user id.
        package var userIDMember: String
        package init(format: Format, userIDMember: String) { (self.format, self.userIDMember) = (format, userIDMember) }
    }

    /// The old application is asked, with the credential and nothing else.
    package struct UserInfo: Sendable, Hashable {
        package var url: String
        /// The member of its answer that holds the internal user id; `user.id` is one within an object.
        package var userIDMember: String
        package var cacheSeconds = 10
        package init(url: String, userIDMember: String) { (self.url, self.userIDMember) = (url, userIDMember) }
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

    /// The field that is its own.
    package var field: String? { if case .header(let name) = self { name } else { nil } }
}
