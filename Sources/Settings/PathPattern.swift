/// The path of a route, taken apart: literal segments, `{name}` for any one segment, and a final `*` for the rest.
/// Literals are in the canonical form of `PathCanonicalizer`, because that is what they are compared with.
package struct PathPattern: Sendable, Hashable {
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    package enum Fault: Error, Hashable, Sendable {
        case notAbsolute
        case emptySegment
        case dotSegment(String)
        case starNotLast
        /// `*`, `{` or `}` inside a literal.
        case misplacedWildcard(String)
        case parameterName(String)
        case duplicateParameter(String)
        case tooManyParameters(limit: Int)
        case forbiddenCharacter(String)
        case badEscape(String)
        /// An escape that is never seen, because the canonical form of a request's path spells it differently.
        case notCanonical(String, canonical: String)
    }

    /// A matched route holds its parameters in place; more than these would cost every request memory.
    package static let parametersMax = 8

    package let segments: [Segment]
    /// Ends in `*`: also matches whatever stands below, and the path without it.
    package let matchesRest: Bool

    package init(_ path: String) throws(Fault) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .notAbsolute }
        var parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        // One final slash matches like none; it also is all that "/" has.
        if parts.last?.isEmpty == true { parts.removeLast() }
        matchesRest = parts.last == "*"
        if matchesRest { parts.removeLast() }

        var segments: [Segment] = []
        var names: Set<String> = []
        for part in parts {
            let segment = try PathPattern.segment(part)
            if case .parameter(let name) = segment {
                guard names.insert(name).inserted else { throw .duplicateParameter(name) }
                guard names.count <= PathPattern.parametersMax else { throw .tooManyParameters(limit: PathPattern.parametersMax) }
            }
            segments.append(segment)
        }
        self.segments = segments
    }

    /// The names of the parameters, in the order of the path.
    package var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    private static func segment(_ text: Substring) throws(Fault) -> Segment {
        if text.isEmpty { throw .emptySegment }
        if text == "*" { throw .starNotLast }
        if text.first == "{", text.last == "}" {
            let name = text.dropFirst().dropLast()
            guard isName(name) else { throw .parameterName(String(name)) }
            return .parameter(String(name))
        }
        return .literal(try literal(text))
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 }
    }
}

// MARK: - Literals

extension PathPattern {
    /// Checks a literal segment, and writes what is not ASCII as the escapes that a client sends.
    private static func literal(_ text: Substring) throws(Fault) -> String {
        if text == "." || text == ".." { throw .dotSegment(String(text)) }
        if text.contains("*") || text.contains("{") || text.contains("}") { throw .misplacedWildcard(String(text)) }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "%"):
                result += try escape(bytes, at: index)
                index += 2
            case UInt8(ascii: "\\"), UInt8(ascii: "#"), UInt8(ascii: "?"), UInt8(ascii: ";"), 0...0x20, 0x7F:
                throw .forbiddenCharacter(String(UnicodeScalar(byte)))
            case 0x80...:
                result += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            default: result.append(byte)
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func escape(_ bytes: [UInt8], at index: Int) throws(Fault) -> ArraySlice<UInt8> {
        let end = min(index + 3, bytes.count)
        let written = String(decoding: bytes[index..<end], as: UTF8.self)
        guard end == index + 3, let value = UInt8(written.dropFirst(), radix: 16),
            written.utf8.dropFirst().first != UInt8(ascii: "+")
        else {
            throw .badEscape(written)
        }
        if value < 0x20 || value == 0x7F || value == UInt8(ascii: "\\") || value == UInt8(ascii: "/") {
            throw .forbiddenCharacter(written)
        }
        if isUnreserved(value) { throw .notCanonical(written, canonical: String(UnicodeScalar(value))) }
        if written != written.uppercased() { throw .notCanonical(written, canonical: written.uppercased()) }
        return bytes[index..<end]
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
