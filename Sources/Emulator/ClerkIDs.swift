/// Ids as Clerk makes them: a prefix that says what it is, and 27 word characters.
struct ClerkIDs {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    private var random = SystemRandomNumberGenerator()

    mutating func next(_ prefix: String) -> String { prefix + word(27, from: Self.alphabet) }

    /// `clerk_trace_id`: 32 hexadecimal digits.
    mutating func traceID() -> String { word(32, from: Self.alphabet[0..<10] + Array("abcdef")) }

    private mutating func word(_ count: Int, from alphabet: some RandomAccessCollection<Character>) -> String {
        String((0..<count).map { _ in alphabet.randomElement(using: &random)! })
    }

    /// Whether a seed file may give something this id.
    static func isValid(_ id: String, _ prefix: String) -> Bool {
        id.hasPrefix(prefix) && id.utf8.count > prefix.utf8.count && id.utf8.count <= 64
            && id.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_")
            }
    }
}
