import Crypto
package import Settings
package import Telemetry

/// A stored password digest with the name under which Clerk takes it. `read` is the only maker: what is one of these has
/// the documented form of its hasher, letter for letter.
package struct PasswordDigest: Sendable, Equatable {
    package enum Reading: Sendable, Equatable {
        /// No password, which is nothing to mend: people without one sign in by code.
        case none
        case digest(PasswordDigest)
        /// No form that we know. It may be a password in plain text.
        case unrecognized
        /// A known form that Clerk takes under no name.
        case unsupported(scheme: String)
        case malformed(PasswordHasher)
    }

    package let hasher: PasswordHasher
    /// As Clerk wants it, which is not always as the column has it.
    package let digest: Secret

    private init(_ hasher: PasswordHasher, _ digest: String) { (self.hasher, self.digest) = (hasher, Secret(digest)) }

    /// What is kept of a digest that Clerk was told, to know later whether the row has another: SHA-256 in hexadecimal.
    package var fingerprint: String {
        Hexadecimal.encode(Digest.sha256(Array("\(hasher.rawValue):\(digest.exposeText())".utf8)))
    }

    /// - Parameter declared: what the settings say of every digest; `nil`: each says so by its own form.
    package static func read(_ hash: Secret?, declared: PasswordHasher?) -> Reading {
        guard let hash, !hash.isEmpty else { return .none }
        let text = hash.exposeText()
        // Django marks an account that has no usable password with `!` before random letters; `*` and `x` come from shadow(5).
        if text.hasPrefix("!") || text == "*" || text == "x" { return .none }
        let written = withoutDjangoName(text)
        if let declared { return checked(written, declared) }
        switch recognize(written) {
        case .hasher(let hasher): return checked(written, hasher)
        case .unsupported(let scheme): return .unsupported(scheme: scheme)
        case .unknown: return .unrecognized
        }
    }

    private static func checked(_ text: String, _ hasher: PasswordHasher) -> Reading {
        DigestForm.matches(text, hasher) ? .digest(PasswordDigest(hasher, text)) : .malformed(hasher)
    }

    /// Django puts its own name for the hasher before bcrypt's and argon2's own form (`bcrypt$$2b$…`, `argon2$argon2id$…`).
    private static func withoutDjangoName(_ text: String) -> String {
        if text.hasPrefix("bcrypt$$2") { return String(text.dropFirst("bcrypt$".count)) }
        if text.hasPrefix("argon2$argon2") { return String(text.dropFirst("argon2".count)) }
        return text
    }
}

// By its beginning, or where it has none by its length.
extension PasswordDigest {
    private enum Recognized {
        case hasher(PasswordHasher)
        case unsupported(String)
        case unknown
    }

    private static func recognize(_ text: String) -> Recognized {
        for (beginning, hasher) in beginnings where text.hasPrefix(beginning) { return .hasher(hasher) }
        for (beginning, scheme) in strangers where text.hasPrefix(beginning) { return .unsupported(scheme) }
        let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        let isHex = text.utf8.allSatisfy(DigestForm.isHex)
        switch (parts.count, text.utf8.count) {
        case (1, 32) where isHex: return .hasher(.md5)
        case (1, 64) where isHex: return .hasher(.sha256)
        case (1, 40) where isHex: return .unsupported("sha1")
        case (1, 128) where isHex: return .unsupported("sha512")
        case (6, _) where DigestForm.matches(text, .scryptFirebase): return .hasher(.scryptFirebase)
        // `salt$hash` does not say whether the salt was put before the password or behind it: `passwordHasher` must.
        case (2, _) where parts[1].allSatisfy(DigestForm.isHex) && [32, 64].contains(parts[1].count):
            return .unsupported(parts[1].count == 32 ? "md5 with a salt" : "sha256 with a salt")
        default: return .unknown
        }
    }

    private static let beginnings: [(String, PasswordHasher)] = [
        ("$2a$", .bcrypt), ("$2b$", .bcrypt), ("$2y$", .bcrypt), ("bcrypt_sha256$", .bcryptSHA256Django),
        ("$argon2id$", .argon2id), ("$argon2i$", .argon2i), ("pbkdf2_sha1$", .pbkdf2SHA1),
        // Django's is the common one of the two that begin like this; the other is for `passwordHasher` to name.
        ("pbkdf2_sha256$", .pbkdf2SHA256Django), ("pbkdf2_sha512$", .pbkdf2SHA512), ("pbkdf2_sha512_hex$", .pbkdf2SHA512Hex),
        ("sha512_symfony$", .sha512Symfony), ("scrypt:", .scryptWerkzeug), ("$P$", .phpass), ("{SSHA}", .ldapSSHA),
        ("awscognito#", .awsCognito),
    ]

    /// `$2x$` is what a broken crypt_blowfish made: as `$2b$` it would refuse the right password.
    private static let strangers: [(String, String)] = [
        ("$2x$", "bcrypt 2x"), ("$2$", "bcrypt 2"), ("$argon2d$", "argon2d"), ("$H$", "phpass with $H$"), ("$1$", "md5crypt"),
        ("$5$", "sha256crypt"), ("$6$", "sha512crypt"), ("$y$", "yescrypt"), ("$7$", "scrypt crypt"),
        ("$scrypt$", "passlib scrypt"),
        ("$pbkdf2", "passlib pbkdf2"), ("pbkdf2:", "Werkzeug pbkdf2"), ("sha1$", "Django sha1"), ("md5$", "Django md5"),
        ("scrypt$", "Django scrypt"), ("{SHA}", "LDAP SHA"), ("{CRYPT}", "LDAP crypt"), ("{SSHA256}", "LDAP SSHA256"),
        ("{SSHA512}", "LDAP SSHA512"), ("{MD5}", "LDAP MD5"), ("{SMD5}", "LDAP SMD5"),
    ]
}

extension PasswordHasher {
    /// What Clerk itself replaces with bcrypt at the first sign-in, as insecure.
    var isWeak: Bool {
        switch self {
        case .md5, .md5Salted, .sha256, .sha256Salted, .sha512Symfony: true
        case .bcrypt, .bcryptSHA256Django, .bcryptPeppered, .argon2i, .argon2id, .pbkdf2SHA1, .pbkdf2SHA256,
            .pbkdf2SHA256Django, .pbkdf2SHA512, .pbkdf2SHA512Hex, .scryptFirebase, .scryptWerkzeug, .phpass, .ldapSSHA,
            .awsCognito:
            false
        }
    }
}
