package import Telemetry

/// The origin's own old credential, made by Segue for a linked caller who came with Clerk's, so that an origin that knows
/// only its own needs no change (`routes[].mint`). It is never good for longer than the Clerk token that it stands for.
package struct Mint: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// HS256 over `claims`.
        case jwt(secret: Secret, keyID: String?)
        /// The JSON of `claims` in Base64: unsigned, as the old application made it.
        case base64
        /// A row of the old application's own, whose `$1` is a new token, `$2` the user id and `$3` its end. `extend` moves
        /// the end, `$2`, of the row with the token `$1`; without it each Clerk token gets a row of its own.
        case session(insert: String, extend: String?)
    }

    package var kind: Kind
    /// Where the origin looks for it; never the query, which is logged everywhere.
    package var place: CredentialSource
    package var claims: [Claim]

    package init(kind: Kind, place: CredentialSource, claims: [Claim]) {
        (self.kind, self.place, self.claims) = (kind, place, claims)
    }

    package struct Claim: Sendable, Hashable {
        package var name: String
        package var value: Value
        package init(name: String, value: Value) { (self.name, self.value) = (name, value) }
    }

    package enum Value: Sendable, Hashable {
        case userID
        /// The internal id as a JSON number, for applications whose ids are.
        case userNumber
        case clerkUserID, email
        /// Seconds since 1970.
        case issued, expires
        /// Random, and new for each token.
        case tokenID
        case text(String)
        case integer(Int64)
        case bool(Bool)

        /// The placeholders, as settings spell them.
        package static let placeholders: [(text: String, value: Value)] = [
            ("{user.id}", .userID), ("{user.id:number}", .userNumber), ("{user.clerkUserId}", .clerkUserID),
            ("{user.email}", .email), ("{issued}", .issued), ("{expires}", .expires), ("{token.id}", .tokenID),
        ]

        /// Whether it differs from one caller to another.
        package var namesCaller: Bool {
            switch self {
            case .userID, .userNumber, .clerkUserID, .email: true
            case .issued, .expires, .tokenID, .text, .integer, .bool: false
            }
        }
    }

    /// Most claims of a template; the old application's token has a handful.
    package static let claimsMax = 32
}

/// How an origin that others can reach proves that a request came through Segue (`identity.assertion`).
package struct Assertion: Sendable, Equatable {
    /// The field that carries it.
    package var field: String
    /// A secret for HS256, or a PEM private key for RS256, ES256 or EdDSA.
    package var key: Secret
    package var keyID: String?

    package init(field: String, key: Secret, keyID: String?) { (self.field, self.key, self.keyID) = (field, key, keyID) }

    /// Whether `key` is a PEM text and not a secret.
    package var isSignedByPrivateKey: Bool { key.exposeText().contains("-----BEGIN") }
}
