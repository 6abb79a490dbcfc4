/// The forms in which Clerk takes what a user signs in with. Where the exact rule of an instance is not published, the
/// narrower reading: what is refused here costs a look, what Clerk refuses costs a run.
enum Identifiers {
    /// A dot-atom at a domain with a dot (RFC 5321 §4.1.2), within the limits of RFC 5321 §4.5.3.1.
    static func isEmail(_ address: String) -> Bool {
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), address.utf8.count <= 254 else { return false }
        let atoms = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return atoms.allSatisfy { !$0.isEmpty && $0.allSatisfy { isAlphanumeric($0) || atomMarks.contains($0) } }
            && labels.count > 1
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                    && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            }
            && !labels[labels.count - 1].allSatisfy(isDigit)
    }

    private static let atomMarks = Array("!#$%&'*+-/=?^_`{|}~".utf8)

    /// ITU-T E.164: `+`, a country code that does not begin with 0, fifteen digits at most.
    static func isE164(_ number: String) -> Bool {
        let digits = number.utf8.dropFirst()
        return number.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count) && digits.allSatisfy(isDigit)
            && digits.first != UInt8(ascii: "0")
    }

    /// Clerk's default: 4 to 64 letters, digits, `_` and `-`, not all of them digits.
    static func isUsername(_ name: String) -> Bool {
        (4...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            && !name.utf8.allSatisfy(isDigit)
    }

    /// RFC 4648 §6, padded or not; 16 digits hold 80 bits, and RFC 4226 §4 asks for 128 while many applications made 80.
    static func isBase32(_ secret: [UInt8]) -> Bool {
        let digits = secret.prefix { $0 != UInt8(ascii: "=") }
        return digits.count >= 16 && secret.dropFirst(digits.count).allSatisfy { $0 == UInt8(ascii: "=") }
            && digits.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    /// `a1b2, c3d4`, `["a1b2", "c3d4"]` and PostgreSQL's `{a1b2,c3d4}`; bcrypt digests, too. `nil`: something else.
    static func codes(_ text: String) -> [String]? {
        let separators = Array(" \t\r\n,[]{}\"".utf8)
        let codes = text.utf8.split { separators.contains($0) }.map(Array.init)
        let isGood = codes.allSatisfy { code in
            (4...72).contains(code.count) && code.allSatisfy { isAlphanumeric($0) || Array("-_$./".utf8).contains($0) }
        }
        return isGood && !codes.isEmpty ? codes.map { String(decoding: $0, as: UTF8.self) } : nil
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) }
}
