/// A column as the catalogue describes it.
struct Column: Sendable, Hashable {
    let name: String
    let type: ColumnType
    /// NOT NULL, and nothing else gives it a value.
    let isRequired: Bool
    let isNullable: Bool

    var quoted: String { quote(name) }
}

struct ColumnType: Sendable, Hashable {
    enum Kind: Sendable, Hashable { case uuid, integer(bits: Int), text, boolean, time, other }

    /// Schema-qualified, quoted and without a modifier, for casts.
    let name: String
    /// With its modifier, as people write it: casting to `varchar(20)` cuts.
    let fullName: String
    let kind: Kind

    /// `text` and `varchar`, which `lower` takes as they are.
    var isPlainText: Bool { name == "\"pg_catalog\".\"text\"" || name == "\"pg_catalog\".\"varchar\"" }

    /// An id that arrived as text, if it can be one of this type at all. What passes here is compared by the
    /// database; what does not is nobody's id.
    func canonical(_ text: String) -> String? {
        switch kind {
        case .uuid: Self.uuid(text)
        case .integer(let bits): Self.integer(text, bits: bits)
        case .text, .boolean, .time, .other: text.utf8.contains(0) ? nil : text
        }
    }

    /// Digits only, no leading zeros: another spelling would be another key in every cache.
    private static func integer(_ text: String, bits: Int) -> String? {
        guard let value = Int64(text), String(value) == text else { return nil }
        let limit = Int64.max >> Int64(64 - bits)
        return value <= limit && value >= -limit - 1 ? text : nil
    }

    /// RFC 9562 §4: 8-4-4-4-12 hexadecimal digits, in lower case as PostgreSQL prints them.
    private static func uuid(_ text: String) -> String? {
        guard text.utf8.count == 36 else { return nil }
        for (index, byte) in text.utf8.enumerated() {
            let isHyphen = [8, 13, 18, 23].contains(index)
            switch byte {
            case UInt8(ascii: "-") where isHyphen: continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !isHyphen: continue
            case UInt8(ascii: "a")...UInt8(ascii: "f") where !isHyphen: continue
            case UInt8(ascii: "A")...UInt8(ascii: "F") where !isHyphen: continue
            default: return nil
            }
        }
        return foldedASCII(text)
    }
}

/// A–Z as a–z and nothing else changed: the only case folding that two systems agree on.
func foldedASCII(_ text: String) -> String {
    String(decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
}
