/// An address that stands in an SMTP command and in a field as it is: a dot-atom and a domain, in ASCII (RFC 5321 §4.1.2).
/// Quoted local parts and address literals are left out: nobody has one, and each is a way to write two lines as one.
package struct MailAddress: Sendable, Hashable {
    package let text: String

    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count),
            parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy(isAtomCharacter)
            }),
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
        else { return nil }
        self.text = text
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}

/// An address with the name of its owner.
package struct Mailbox: Sendable, Hashable {
    package let name: String?
    package let address: MailAddress

    package init(name: String?, address: MailAddress) { (self.name, self.address) = (name, address) }

    /// `no-reply@example.com` or `Example <no-reply@example.com>`.
    package init?(_ text: String) {
        guard !text.unicodeScalars.contains(where: isControl) else { return nil }
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
            guard let address = MailAddress(text) else { return nil }
            self.init(name: nil, address: address)
            return
        }
        guard let address = MailAddress(String(text[text.index(after: open)...].dropLast())) else { return nil }
        let name = String(text[..<open].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        self.init(name: name.isEmpty ? nil : name, address: address)
    }
}

/// RFC 5322 §3.2.3, `atext`.
func isAtomCharacter(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte) }

func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: false
    }
}

/// What could end a line, or hide what stands in it.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
    default: false
    }
}
