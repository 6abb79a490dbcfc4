/// RFC 7468, read as people paste it into environment variables.
enum PEM {
    /// The bytes of the one block with this label.
    static func content(of text: String, label: String) throws(CryptoError) -> [UInt8] {
        let lines = text.split(whereSeparator: \.isNewline).flatMap { splitAtEscapes($0) }.map(trimmed).filter { !$0.isEmpty }
        let joined = lines.joined()
        let (begin, end) = ("-----BEGIN \(label)-----", "-----END \(label)-----")
        guard joined.hasPrefix(begin) else {
            guard !joined.isEmpty, !joined.contains("-----") else { throw .notPEM }
            return try Base64.decode(padded(joined))
        }
        guard joined.hasSuffix(end), joined.utf8.count >= begin.utf8.count + end.utf8.count else { throw .notPEM }
        // A second block, or another label, leaves hyphens between: no base64.
        do { return try Base64.decode(String(joined.dropFirst(begin.count).dropLast(end.count))) } catch { throw .notPEM }
    }

    /// `\n` and `\r` written out as a backslash and a letter.
    private static func splitAtEscapes(_ line: Substring) -> [Substring] {
        line.split(separator: "\\n").flatMap { $0.split(separator: "\\r") }
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0.isWhitespace }
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }

    private static func padded(_ body: String) -> String {
        body.hasSuffix("=") ? body : body + String(repeating: "=", count: (4 - body.utf8.count % 4) % 4)
    }
}
