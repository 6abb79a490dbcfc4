import JSON

/// The bytes of a file with one route's mode replaced, and the line that changes.
package struct ModeEdit {
    package let text: [UInt8]
    package let line: Int
    package let before: String
    package let after: String

    /// `nil` where the file holds no literal mode to replace.
    package init?(_ loaded: LoadedSettings, route: Int, mode: Mode) {
        guard let value = loaded.document["routes"]?.array?[route]["mode"],
            value.string == loaded.settings.routes[route].mode.rawValue
        else { return nil }
        var text = loaded.text
        text.replaceSubrange(value.range, with: "\"\(mode.rawValue)\"".utf8)
        self.text = text
        line = loaded.text[..<value.range.lowerBound].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        before = ModeEdit.line(at: value.range.lowerBound, in: loaded.text)
        after = ModeEdit.line(at: value.range.lowerBound, in: text)
    }

    private static func line(at offset: Int, in text: [UInt8]) -> String {
        let start = text[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = text[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        return String(decoding: text[start..<end], as: UTF8.self)
    }
}
