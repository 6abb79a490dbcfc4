import Crypto

/// Text in a field (RFC 2047): as it is where every reader agrees on it, else as encoded words.
enum EncodedWords {
    /// RFC 2047 §2: an encoded word has at most 75 characters, of which `=?utf-8?B?` and `?=` are twelve; 45 bytes become 60.
    private static let wordBytes = 45

    /// Text that a sentence may be, such as a subject.
    static func unstructured(_ text: String) -> String {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?") && text.utf8.count <= wordBytes
            ? text : words(text)
    }

    /// A name before an address: there a comma would begin another address (RFC 5322 §3.2.5).
    static func phrase(_ text: String) -> String {
        text.utf8.allSatisfy { isAtomCharacter($0) || $0 == UInt8(ascii: " ") } && !text.contains("=?")
            && text.utf8.count <= wordBytes ? text : words(text)
    }

    /// No character is divided between two words (§5).
    private static func words(_ text: String) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > wordBytes {
                words.append(word(bytes))
                bytes = []
            }
            bytes += next
        }
        if !bytes.isEmpty { words.append(word(bytes)) }
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Base64.encode(bytes))?=" }
}
