import HTTP
import Testing

@Suite struct FieldSectionTests {
    /// A section with these lines, laid out as a parser would.
    private func section(_ fields: [(known: KnownField, name: String, value: String)]) -> FieldSection {
        var section = FieldSection()
        for field in fields {
            let start = section.bytes.count
            section.bytes += Array("\(field.name): \(field.value)\r\n".utf8)
            let nameEnd = start + field.name.utf8.count
            let valueStart = nameEnd + 2
            section.append(
                FieldLine(known: field.known, name: start..<nameEnd, value: valueStart..<valueStart + field.value.utf8.count))
        }
        return section
    }

    @Test func `the first of several lines is found and all are counted`() {
        let section = section([(.other, "X", "1"), (.cookie, "Cookie", "a"), (.cookie, "cookie", "b")])
        #expect(section.first(.cookie).map(section.string) == "a")
        #expect(section.count(.cookie) == 2)
        #expect(section.first(.host) == nil && section.count(.host) == 0)
    }

    @Test func `a name is found in any ASCII case, and nothing near it`() {
        let section = section([(.other, "X-User-Id", "7"), (.other, "X_User_Name", "n")])
        #expect(section.first(named: "x-uSER-iD").map(section.string) == "7")
        for near in ["X-User", "X-User-Id2", "X_User_Id", "X-User-Name", "", "X-User-\u{131}d", "\rX-User-Id"] {
            #expect(section.first(named: near) == nil, "\(near)")
        }
    }

    @Test func `a line is its name, its value and what stands between`() {
        let section = section([(.host, "Host", "a"), (.other, "X", "")])
        #expect(section.string(section.lines[0].line) == "Host: a")
        #expect(section.string(section.lines[1].value) == "")
    }

    @Test func `clearing forgets lines and bytes`() {
        var section = section([(.host, "Host", "a")])
        section.clear()
        #expect(section.bytes.isEmpty && section.lines.isEmpty && section.first(.host) == nil)
    }

    @Test func `only ASCII letters are folded`() {
        for byte in UInt8.min...UInt8.max {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            #expect(byte.asciiLowercased == (isUpper ? byte + 32 : byte))
        }
    }
}
