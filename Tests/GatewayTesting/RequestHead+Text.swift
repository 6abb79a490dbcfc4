package import HTTP

extension RequestHead {
    /// A head from its text, one field on each line: `GET /path?query` and then `Name: value`. For tests of what comes after
    /// parsing; it refuses nothing.
    package convenience init(text: String) {
        self.init()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        let words = lines[0].split(separator: " ")
        method = Method(String(words[0]))
        target = append(String(words[1]))
        let mark = section.bytes[target].firstIndex(of: UInt8(ascii: "?"))
        path = target.lowerBound..<(mark ?? target.upperBound)
        query = mark.map { $0 + 1..<target.upperBound }
        for line in lines.dropFirst() { append(field: line) }
        authority = section.first(.host) ?? 0..<0
        wantsUpgrade = section.count(.upgrade) > 0
    }

    private func append(field line: String) {
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        let name = append(String(line[..<colon]))
        _ = append(": ")
        let value = append(String(line[colon...].dropFirst().drop { $0 == " " }))
        let known = KnownField.allCases.first { $0 != .other && section.equalsIgnoringCase(name, "\($0.name)") } ?? .other
        section.append(FieldLine(known: known, name: name, value: value))
    }

    private func append(_ text: String) -> Range<Int> {
        let start = section.bytes.count
        section.bytes.append(contentsOf: text.utf8)
        return start..<section.bytes.count
    }
}
