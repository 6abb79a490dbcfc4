/// The password of a user form: in plain, or as a digest with the name of its hasher. The emulator checks the shape and
/// then forgets it; it signs nobody in by password.
enum PasswordForm {
    /// Whether there is one.
    static func read(_ form: inout Form) -> Bool {
        let password = form.string("password")
        let skipsChecks = form.bool("skip_password_checks") ?? false
        let digest = form.string("password_digest", lengthMax: 2_048)
        let hasher = form.string("password_hasher")
        if let password, password.unicodeScalars.count < 8, !skipsChecks {
            form.fault(
                .init(
                    "form_password_length_too_short", "is too short", "Passwords must be 8 characters or more.",
                    parameter: "password"))
        }
        switch (digest, hasher) {
        case (nil, nil): return password != nil
        case (nil, .some): form.fault(.missing("password_digest"))
        case (.some, nil): form.fault(.missing("password_hasher"))
        case (let digest?, let hasher?): check(digest, hasher, &form)
        }
        if password != nil { form.fault(.wrongValue("password_digest", "absent where there is a password")) }
        return true
    }

    private static func check(_ digest: String, _ hasher: String, _ form: inout Form) {
        guard let hasShape = shapes[hasher] else {
            return form.fault(.wrongValue("password_hasher", "one of \(shapes.keys.sorted().joined(separator: ", "))"))
        }
        guard !hasShape(digest) else { return }
        form.fault(
            .init(
                "form_password_digest_invalid_code", "is invalid", "password_digest does not have the format of \(hasher).",
                parameter: "password_digest"))
    }

    private typealias Shape = @Sendable (String) -> Bool

    /// The hashers of the published API and the shape of their digests, as far as it is documented.
    private static let shapes: [String: Shape] = [
        "bcrypt": isBcrypt,
        "bcrypt_sha256_django": { $0.hasPrefix("bcrypt_sha256$$") },
        "bcrypt_peppered": { $0.hasPrefix("$2") && $0.split(separator: "$").count == 4 },
        "argon2i": { $0.hasPrefix("$argon2i$") && $0.split(separator: "$").count == 5 },
        "argon2id": { $0.hasPrefix("$argon2id$") && $0.split(separator: "$").count == 5 },
        "pbkdf2_sha1": { $0.hasPrefix("pbkdf2_sha1$") && (4...5).contains(parts($0)) },
        "pbkdf2_sha256": { $0.hasPrefix("pbkdf2_sha256$") && parts($0) == 4 },
        "pbkdf2_sha256_django": { $0.hasPrefix("pbkdf2_sha256$") && parts($0) == 4 },
        "pbkdf2_sha512": { $0.hasPrefix("pbkdf2_sha512$") && parts($0) == 4 },
        "pbkdf2_sha512_hex": { $0.hasPrefix("pbkdf2_sha512_hex$") && parts($0) == 4 },
        "sha512_symfony": { $0.hasPrefix("sha512_symfony$") && parts($0) == 4 },
        "scrypt_firebase": { parts($0) == 6 },
        "scrypt_werkzeug": { parts($0) == 3 },
        "phpass": { ($0.hasPrefix("$P$") || $0.hasPrefix("$H$")) && $0.utf8.count == 34 },
        "md5_phpass": { !$0.isEmpty },
        "md5": { isHexadecimal($0, 32) },
        "md5_salted": { parts($0) == 2 },
        "sha256": { isHexadecimal($0, 64) },
        "sha256_salted": { parts($0) == 2 },
        "ldap_ssha": { $0.hasPrefix("{SSHA") },
        "awscognito": { $0.hasPrefix("awscognito#") },
    ]

    /// `$2b$<cost>$<22 characters of salt, 31 of hash>`.
    private static func isBcrypt(_ digest: String) -> Bool {
        let parts = digest.split(separator: "$", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0].isEmpty && ["2", "2a", "2b", "2x", "2y"].contains(parts[1]) && parts[2].count == 2
            && Int(parts[2]).map { (4...31).contains($0) } == true && parts[3].utf8.count == 53
    }

    private static func parts(_ digest: String) -> Int { digest.split(separator: "$", omittingEmptySubsequences: false).count }

    private static func isHexadecimal(_ digest: String, _ count: Int) -> Bool {
        digest.utf8.count == count && digest.allSatisfy(\.isHexDigit)
    }
}
