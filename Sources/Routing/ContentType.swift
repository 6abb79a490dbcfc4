import HTTP

/// What the fields of a request say about its content, read so that no reader of the origin's can take it for something else.
struct ContentType {
    let isJSON: Bool
    let isForm: Bool

    init(_ section: FieldSection) throws(RequirementRefusal) {
        let value = try ContentType.value(section)
        let semicolon = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let essence = trimmed(value[..<semicolon])
        isJSON = isWritten(essence, "application/json") || isWritten(essence, "text/json") || isStructured(essence)
        isForm = isWritten(essence, "application/x-www-form-urlencoded")
        guard isJSON || isForm else { return }
        // Parsers differ about `charset =x`, `charset*=x`, the second of two and quoted semicolons: nothing but this one.
        guard semicolon < value.endIndex else { return }
        let parameter = trimmed(value[(semicolon + 1)...])
        guard isWritten(parameter, "charset=utf-8") || isWritten(parameter, "charset=\"utf-8\"") else {
            throw .contentTypeHasParameters
        }
    }

    /// The one field that says it, in small letters.
    private static func value(_ section: FieldSection) throws(RequirementRefusal) -> [UInt8] {
        var value: Range<Int>?
        for line in section.lines {
            switch letters(section.bytes[line.name]) {
            case Array("contenttype".utf8):
                // Also `Content_Type` and `Content.Type`, which some servers take for it.
                guard value == nil, line.known == .contentType else { throw .severalContentTypes }
                value = line.value
            case Array("contentencoding".utf8): throw .contentIsEncoded
            default: break
            }
        }
        guard let value else { throw .contentTypeIsNotChecked }
        return section.bytes[value].map(\.asciiLowercased)
    }

    /// A name without what gateways to CGI, WSGI and Rack replace in it.
    private static func letters(_ name: ArraySlice<UInt8>) -> [UInt8] { name.map(\.asciiLowercased).filter(isLetterOrDigit) }
}

/// `application/anything+json` (RFC 6839 §3.1). A list of two types is no type.
private func isStructured(_ essence: ArraySlice<UInt8>) -> Bool {
    let type = "application/".utf8
    let suffix = "+json".utf8
    guard essence.starts(with: type), essence.reversed().starts(with: suffix.reversed()) else { return false }
    return essence.dropFirst(type.count).allSatisfy { isLetterOrDigit($0) || "+-._".utf8.contains($0) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isWritten(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool { bytes.elementsEqual(text.utf8) }

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var rest = bytes.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
}
