internal import Settings

/// The form of each hasher's digests, as Clerk's documentation has it. Clerk answers 422
/// `form_password_digest_invalid_code` to any other, user by user; here all of them are found before the first is sent.
enum DigestForm {
    static func matches(_ text: String, _ hasher: PasswordHasher) -> Bool {
        let parts = Substring(text).utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        switch hasher {
        case .bcrypt: return isBcrypt(parts)
        case .bcryptPeppered: return parts.count == 5 && isBcrypt(Array(parts[..<4])) && !parts[4].isEmpty
        case .bcryptSHA256Django: return parts.first.map(word) == "bcrypt_sha256" && isBcrypt(Array(parts.dropFirst()))
        case .argon2i, .argon2id: return isArgon2(parts, hasher.rawValue)
        case .pbkdf2SHA1: return isPBKDF2(parts, "pbkdf2_sha1", mayHaveLength: true) { isHex($0, 2...1_024) }
        case .pbkdf2SHA256:
            return isPBKDF2(parts, "pbkdf2_sha256", salt: { base64Count($0) != nil }) { base64Count($0) == 32 }
        case .pbkdf2SHA256Django: return isPBKDF2(parts, "pbkdf2_sha256") { base64Count($0) == 32 }
        case .pbkdf2SHA512: return isPBKDF2(parts, "pbkdf2_sha512") { isHex($0, 2...1_024) }
        case .pbkdf2SHA512Hex: return isPBKDF2(parts, "pbkdf2_sha512_hex", salt: { isHex($0, 2...1_024) }) { isHex($0, 2...1_024) }
        case .sha512Symfony: return isPBKDF2(parts, "sha512_symfony") { base64Count($0) == 64 }
        case .scryptFirebase: return isFirebase(parts)
        case .scryptWerkzeug: return isWerkzeug(parts)
        case .phpass: return isPHPass(Array(text.utf8))
        case .md5: return isHex(Substring(text).utf8, 32...32)
        case .sha256: return isHex(Substring(text).utf8, 64...64)
        case .md5Salted: return parts.count == 2 && !parts[0].isEmpty && isHex(parts[1], 32...32)
        case .sha256Salted: return parts.count == 2 && !parts[0].isEmpty && isHex(parts[1], 64...64)
        // RFC 2307 §5.3's form with a salt: 20 bytes of SHA-1, and at least one of salt.
        case .ldapSSHA: return text.hasPrefix("{SSHA}") && (base64Count(Substring(text).utf8.dropFirst(6)) ?? 0) > 20
        case .awsCognito:
            let parts = Substring(text).utf8.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
            return parts.count == 4 && word(parts[0]) == "awscognito" && parts.allSatisfy { !$0.isEmpty }
        }
    }

    typealias Part = Substring.UTF8View

    // MARK: Families

    /// `$2b$<cost>$<22 digits of salt, 31 of hash>`. What is shorter was cut by its column.
    private static func isBcrypt(_ parts: [Part]) -> Bool {
        parts.count == 4 && parts[0].isEmpty && ["2a", "2b", "2y"].contains(word(parts[1])) && parts[2].count == 2
            && number(parts[2]).map((4...31).contains) == true && parts[3].count == 53 && parts[3].allSatisfy(isCryptDigit)
    }

    /// The PHC string format: `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>`, in base64 without padding.
    private static func isArgon2(_ parts: [Part], _ name: String) -> Bool {
        guard parts.count == 6, parts[0].isEmpty, word(parts[1]) == name, ["v=16", "v=19"].contains(word(parts[2])) else {
            return false
        }
        let costs = word(parts[3]).split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard costs.map({ $0.first.map(String.init) }) == ["m", "t", "p"],
            costs.allSatisfy({ $0.count == 2 && (UInt32($0[1]) ?? 0) > 0 })
        else { return false }
        return (base64Count(parts[4], isPadded: false) ?? 0) >= 8 && (base64Count(parts[5], isPadded: false) ?? 0) >= 4
    }

    /// `<name>$<iterations>$<salt>$<hash>`, where allowed with the length of the hash behind it.
    private static func isPBKDF2(
        _ parts: [Part], _ name: String, mayHaveLength: Bool = false, salt: (Part) -> Bool = { !$0.isEmpty },
        _ hash: (Part) -> Bool
    ) -> Bool {
        guard parts.count == 4 || mayHaveLength && parts.count == 5, word(parts[0]) == name else { return false }
        if parts.count == 5, number(parts[4]) != parts[3].count / 2 || !isHex(parts[2], 2...1_024) { return false }
        return (number(parts[1]) ?? 0) > 0 && salt(parts[2]) && hash(parts[3])
    }

    /// `<hash>$<salt>$<signer key>$<salt separator>$<rounds>$<memory cost>`, as Firebase exports them.
    private static func isFirebase(_ parts: [Part]) -> Bool {
        guard parts.count == 6, let rounds = number(parts[4]), let memory = number(parts[5]) else { return false }
        return parts[..<4].allSatisfy { !$0.isEmpty && base64Count($0) != nil } && (1...8).contains(rounds)
            && (1...14).contains(memory)
    }

    /// `scrypt:<N>:<r>:<p>$<salt>$<hash>`, the hash of 64 bytes in hexadecimal digits.
    private static func isWerkzeug(_ parts: [Part]) -> Bool {
        guard parts.count == 3 else { return false }
        let method = word(parts[0]).split(separator: ":", omittingEmptySubsequences: false)
        return method.count == 4 && method[0] == "scrypt" && method.dropFirst().allSatisfy { (Int($0) ?? 0) > 0 }
            && !parts[1].isEmpty && isHex(parts[2], 128...128)
    }

    /// `$P$`, one digit of rounds (2^7 to 2^30), eight of salt, 22 of hash.
    private static func isPHPass(_ bytes: [UInt8]) -> Bool {
        bytes.count == 34 && bytes.starts(with: Array("$P$".utf8)) && bytes[3...].allSatisfy(isCryptDigit)
            && Array("56789ABCDEFGHIJKLMNOPQRS".utf8).contains(bytes[3])
    }

    // MARK: Digits

    static func isHex(_ byte: UInt8) -> Bool { Identifiers.isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }

    private static func isHex(_ part: Part, _ count: ClosedRange<Int>) -> Bool {
        count.contains(part.count) && part.count.isMultiple(of: 2) && part.allSatisfy(isHex)
    }

    private static func isCryptDigit(_ byte: UInt8) -> Bool {
        Identifiers.isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }

    /// How many bytes RFC 4648 §4 makes of it; `nil`: it is no base64. Bits that are left over must be zero (§3.5): a
    /// digest that was cut mostly betrays itself by them.
    private static func base64Count(_ part: Part, isPadded: Bool = true) -> Int? {
        let digits = Array(part.prefix { base64Value($0) != nil })
        let padding = part.dropFirst(digits.count)
        let unused: UInt8 = [0, 0, 0b1111, 0b11][digits.count % 4]
        guard digits.count % 4 != 1, (digits.last.flatMap(base64Value) ?? 0) & unused == 0 else { return nil }
        guard padding.allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        return padding.count == (isPadded ? (4 - digits.count % 4) % 4 : 0) ? digits.count * 3 / 4 : nil
    }

    private static func base64Value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func number(_ part: Part) -> Int? { part.allSatisfy(Identifiers.isDigit) ? Int(word(part)) : nil }

    private static func word(_ part: Part) -> String { String(decoding: part, as: UTF8.self) }
}
