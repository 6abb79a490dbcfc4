package import Crypto
package import JOSE
package import Telemetry

/// Mints tokens for tests: Clerk's session tokens of both versions, and the old application's.
package struct TokenMint: Sendable {
    package enum Version: Sendable, CaseIterable { case v1, v2 }

    /// Generated once per process: an RSA key takes a tenth of a second.
    private static let shared = make(.rs256)
    /// Another instance's key, or the key after a rotation.
    private static let other = make(.rs256)

    package static let issuer = "https://clerk.example.com"
    package static let party = "https://app.example.com"
    package static let sessionCategory = "cl_B7d4PD111AAA"

    package let key: PrivateKey
    package let keyID: String

    package init(keyID: String = "ins_1", rotated: Bool = false) { (key, self.keyID) = (rotated ? Self.other : Self.shared, keyID) }

    package var keySet: KeySet { KeySet([KeySet.Entry(keyID, key.publicKey)]) }

    /// A session token as Clerk makes it, but for the claims (their JSON text; `nil` removes one) and header members given.
    package func session(
        _ user: String = "user_1", at now: UnixTime, _ version: Version = .v2, claims changes: [String: String?] = [:],
        type: String? = "JWT", category: String? = sessionCategory
    ) -> Secret {
        var claims: [String: String] = [
            "iss": "\"\(Self.issuer)\"", "sub": "\"\(user)\"", "sid": "\"sess_\(user)\"", "azp": "\"\(Self.party)\"",
            "iat": "\(now.seconds)", "nbf": "\(now.seconds - 10)", "exp": "\(now.seconds + 60)", "fva": "[0,-1]",
            "sts": "\"active\"",
        ]
        if version == .v2 { claims.merge(["v": "2", "jti": "\"\(now.seconds)\"", "pla": "\"u:free\"", "fea": "\"\""]) { $1 } }
        for (name, value) in changes { claims[name] = value }
        return Self.must { try TokenSigner(key, keyID: keyID).sign(claims: Self.json(claims), type: type, category: category) }
    }

    /// With exactly this header.
    package func sign(header: String, claims: [String: String]) -> Secret {
        Self.must { try TokenSigner(key, keyID: keyID).sign(header: Array(header.utf8), claims: Self.json(claims)) }
    }

    /// The old application's HS256 token, as a bcrypt login makes it.
    package static func legacy(
        _ user: String, secret: String = legacySecret, at now: UnixTime, keyID: String? = nil,
        claims changes: [String: String?] = [:]
    ) -> Secret {
        var claims: [String: String] = ["user_id": user, "exp": "\(now.seconds + 3600)"]
        for (name, value) in changes { claims[name] = value }
        return must { try TokenSigner(Secret(secret), keyID: keyID).sign(claims: json(claims)) }
    }

    package static let legacySecret = "an old secret of thirty-two bytes"

    private static func json(_ claims: [String: String]) -> [UInt8] {
        Array("{\(claims.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}".utf8)
    }

    private static func make(_ algorithm: SignatureAlgorithm) -> PrivateKey { must { try PrivateKey(generating: algorithm) } }

    private static func must<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch { fatalError("a test's key or token cannot be made: \(error)") }
    }
}

extension Secret {
    /// The token with its last bytes of the signature changed.
    package var tampered: Secret {
        var bytes = expose()
        let at = bytes.count - 20
        bytes[at] = bytes[at] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        return Secret(bytes)
    }
}
