/// How some application reads a query or a form, more leniently than the standard says.
struct LenientQuery {
    /// Of old, and still in Perl and some Ruby.
    let separatesAtSemicolon: Bool
    /// What it takes off the front: URLSearchParams a question mark, and decoders of UTF-8 a byte order mark.
    let skipped: [UInt8]
    let folding: Folding

    enum Folding: CaseIterable { case none, aspNet, php }

    static let all: [LenientQuery] = [false, true].flatMap { semicolon in
        ["", "?", "\u{FEFF}", "\u{FEFF}?"].flatMap { mark in
            Folding.allCases.map { LenientQuery(separatesAtSemicolon: semicolon, skipped: Array(mark.utf8), folding: $0) }
        }
    }

    /// The values of every parameter that it takes for one of this name.
    func values(of name: String, in query: [UInt8]) -> [[UInt8]] {
        let query = query.starts(with: skipped) ? query[skipped.count...] : query[...]
        return query.split { $0 == UInt8(ascii: "&") || separatesAtSemicolon && $0 == UInt8(ascii: ";") }.compactMap { piece in
            let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard folding.fold(Self.decoded(parts[0])) == Array(name.utf8) else { return nil }
            return parts.count == 2 ? Self.decoded(parts[1]) : []
        }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var (decoded, rest) = ([UInt8](), text)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, rest.prefix(2).allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return decoded
    }
}

extension LenientQuery.Folding {
    fileprivate func fold(_ name: [UInt8]) -> [UInt8] {
        switch self {
        case .none: return name
        case .aspNet: return Array(String(decoding: name, as: UTF8.self).lowercased().utf8)
        case .php:
            // White space in front goes, an array is one, and what cannot stand in a variable's name is an underscore.
            let name = name.drop { $0 == UInt8(ascii: " ") }
            let end = name.dropFirst().firstIndex { $0 == UInt8(ascii: "[") || $0 == 0 } ?? name.endIndex
            return name[..<end].map { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
        }
    }
}
