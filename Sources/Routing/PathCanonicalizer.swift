package import Settings

/// Why a path is refused with 400 `path_ambiguous`: two programs could read it as two resources.
package enum PathRefusal: String, Error, Hashable, Sendable, CaseIterable {
    case notAbsolute
    /// A `%` without two hexadecimal digits.
    case badEscape
    /// `%00`: programs in C see the path end there.
    case encodedNull
    /// A control character, raw or encoded.
    case control
    /// Not ASCII: RFC 3986 wants it encoded, and an origin may treat both spellings as one.
    case notASCII
    /// `#`, or a `?` inside the path.
    case delimiter
    /// `\` or `%5C`, a separator on some servers.
    case backslash
    /// `.` or `..`, raw or encoded, also before `;parameters` and beside `%2F`.
    case dotSegment
    /// `//`, where `path.slashes` is `refuse`.
    case emptySegment
}

/// What canonicalising found. Only `PathCanonicalizer` makes one, so that whoever asks for one asks for a checked path.
package struct CanonicalPath: Hashable, Sendable {
    /// The canonical bytes differ from those that came: they are in the caller's buffer.
    package fileprivate(set) var isRewritten = false
    /// Holds `%2F`, which never separates segments and which a route must allow.
    package fileprivate(set) var hasEncodedSlash = false
    /// Holds `;`, behind which some origins see parameters that are no part of the path.
    package fileprivate(set) var hasParameters = false
    fileprivate init() {}
}

/// Brings a path into the one form that is matched, logged and forwarded: percent-encoded unreserved characters decoded,
/// hexadecimal digits in upper case (RFC 3986 §6.2.2), repeated slashes merged, and nothing else. What could be read in two
/// ways is refused rather than repaired. A path that is canonical already, nearly every one, is scanned once and not copied.
package struct PathCanonicalizer: Sendable {
    private let mergesSlashes: Bool

    package init(_ rules: PathRules) { mergesSlashes = rules.slashes == .merge }

    /// Appends the canonical form to `output` if it differs from `path`.
    package func canonicalize(_ path: Span<UInt8>, into output: inout [UInt8]) throws(PathRefusal) -> CanonicalPath {
        let found = try scan(path)
        if found.isRewritten { rewrite(path, into: &output) }
        return found
    }

    private func scan(_ path: Span<UInt8>) throws(PathRefusal) -> CanonicalPath {
        guard path.count > 0, path[0] == slash else { throw .notAbsolute }
        var found = CanonicalPath()
        var index = 0
        while index < path.count {
            let byte = path[index]
            if isPlain(byte) {
                index += 1
            } else if byte == slash {
                index += 1
                if index < path.count {
                    if path[index] == slash {
                        guard mergesSlashes else { throw .emptySegment }
                        found.isRewritten = true
                    } else if isDotSegment(path, from: index) {
                        throw .dotSegment
                    }
                }
            } else if byte == percent {
                try scanEscape(path, at: index, into: &found)
                index += 3
            } else if byte == semicolon {
                found.hasParameters = true
                index += 1
            } else {
                throw refusal(of: byte)
            }
        }
        return found
    }

    private func scanEscape(_ path: Span<UInt8>, at index: Int, into found: inout CanonicalPath) throws(PathRefusal) {
        guard let value = escapedByte(path, at: index) else { throw .badEscape }
        switch value {
        case 0: throw .encodedNull
        case 1..<0x20, 0x7F: throw .control
        case backslash: throw .backslash
        case slash:
            found.hasEncodedSlash = true
            if isDotSegment(path, from: index + 3) { throw .dotSegment }
        case semicolon: found.hasParameters = true
        default: break
        }
        if isUnreserved(value) || isLowerHex(path[index + 1]) || isLowerHex(path[index + 2]) { found.isRewritten = true }
    }

    /// Copies a path that `scan` has accepted, so that every escape in it is whole.
    private func rewrite(_ path: Span<UInt8>, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + path.count)
        var index = 0
        while index < path.count {
            let byte = path[index]
            if byte == percent, let value = escapedByte(path, at: index) {
                if isUnreserved(value) {
                    output.append(value)
                } else {
                    appendEscape(value, to: &output)
                }
                index += 3
            } else {
                if byte != slash || index == 0 || path[index - 1] != slash { output.append(byte) }
                index += 1
            }
        }
    }

    private func refusal(of byte: UInt8) -> PathRefusal {
        switch byte {
        case backslash: .backslash
        case UInt8(ascii: "#"), UInt8(ascii: "?"): .delimiter
        case 0x80...: .notASCII
        default: .control
        }
    }

    /// Whether the segment that starts here is `.` or `..` once its escapes are decoded. It ends where any origin could
    /// end it: at a slash, encoded or not, at a backslash, and at `;`, which Tomcat strips before it resolves `/..;/`.
    private func isDotSegment(_ path: Span<UInt8>, from start: Int) -> Bool {
        var index = start
        var dots = 0
        while index < path.count, dots <= 2 {
            var byte = path[index]
            index += 1
            if byte == percent {
                guard let value = escapedByte(path, at: index - 1) else { return false }
                byte = value
                index += 2
            }
            switch byte {
            case UInt8(ascii: "."): dots += 1
            case slash, semicolon, backslash: return dots > 0
            default: return false
            }
        }
        return dots == 1 || dots == 2
    }
}

// MARK: - Bytes

private let slash = UInt8(ascii: "/")
private let percent = UInt8(ascii: "%")
private let semicolon = UInt8(ascii: ";")
private let backslash = UInt8(ascii: "\\")

/// A byte that is copied without a question: one bit for each of the first 128, cleared for `# % / ; ? \` and controls.
@inline(__always) private func isPlain(_ byte: UInt8) -> Bool {
    let low: UInt64 = 0x77FF_7FD6_0000_0000
    let high: UInt64 = 0x7FFF_FFFF_EFFF_FFFF
    guard byte < 128 else { return false }
    return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
}

@inline(__always) private func isLowerHex(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") }
