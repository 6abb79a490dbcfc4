import HTTP

extension CookiePairs.Pair {
    /// Whether some parser finds a cookie of this name in the pair. Python's ends a value at white space and JavaScript's trims
    /// more of it than a browser sends; others split at commas, decode names or fold them. None of that happens to a pair
    /// within the grammar (RFC 6265 §4.1.1), whose value may say what it likes.
    package func mayBe(_ folded: [UInt8], in bytes: [UInt8]) -> Bool {
        if isOrdinary(in: bytes) { return NameFolding.isSpelling(bytes[name], of: folded) }
        let text = PercentDecoding.decode(whole, in: bytes).map(NameFolding.fold)
        guard !folded.isEmpty, text.count >= folded.count else { return false }
        return (0...text.count - folded.count).contains { text[$0...].starts(with: folded) }
    }

    /// Whether the name is a token that nobody decodes and the value is made of cookie-octets, perhaps in quotation marks.
    private func isOrdinary(in bytes: [UInt8]) -> Bool {
        // Whoever decodes a name may take a plus sign for a space, and trim it (PHP before 7.4.11).
        guard !name.isEmpty, bytes[name].allSatisfy({ isTokenByte($0) && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") })
        else {
            return false
        }
        return bytes[value].allSatisfy { (0x21...0x7E).contains($0) && !"\",;\\".utf8.contains($0) }
    }
}
