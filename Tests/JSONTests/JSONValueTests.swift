import JSON
import Testing

@Suite struct JSONValueTests {
    @Test func `a nested document becomes a tree`() throws {
        let value = try parse(#" { "a" : [1, "two", null, true, false, {"b": -3.5e2}] , "é": "\u00e9\ud83d\ude00\n" } "#)
        #expect(value["a"]?.array?.count == 6)
        #expect(value["a"]?.array?[0].int64 == 1)
        #expect(value["a"]?.array?[1].string == "two")
        #expect(value["a"]?.array?[2].isNull == true)
        #expect(value["a"]?.array?[4].bool == false)
        #expect(value["a"]?.array?[5]["b"]?.double == -350)
        #expect(value["é"]?.string == "é😀\n")
        #expect(value["b"] == nil)
    }

    @Test(arguments: ["null", "0", "-0", "1.5", "\"\"", "[]", "{}", " [ ] ", "\t{\r\n}\n", "true", "\"\\/\"", "1E+2", "1e-2"])
    func `any value may stand alone`(text: String) throws { _ = try parse(text) }

    @Test func `ranges say which bytes a value and a name take`() throws {
        let text = Array(#"{ "a" : [ 10 ,"x" ] , "b":{}}"#.utf8)
        let value = try JSONValue(parsing: text)
        func source(_ range: Range<Int>?) -> String { range.map { String(decoding: text[$0], as: UTF8.self) } ?? "" }
        #expect(source(value.range) == String(decoding: text, as: UTF8.self))
        #expect(source(value.object?[0].nameRange) == #""a""#)
        #expect(source(value["a"]?.range) == #"[ 10 ,"x" ]"#)
        #expect(source(value["a"]?.array?[0].range) == "10")
        #expect(source(value["a"]?.array?[1].range) == #""x""#)
        #expect(source(value["b"]?.range) == "{}")
    }

    @Test func `equality looks at what was written and not where`() throws {
        #expect(try parse(#"{"a":[1]}"#) == parse(#" { "a" : [ 1 ] } "#))
        #expect(try parse("1") != parse("1.0"))
    }

    @Test func `a name is found by its bytes, so the Kelvin sign is no K`() throws {
        let value = try parse(#"{"\u212Aey": 1}"#)
        #expect(value["Key"] == nil)
        #expect(value["\u{212A}ey"]?.int64 == 1)
    }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "tru", "nul", "-", "1.", "1e", "1e+",
        "\"\\", "\"\\u00",
    ])
    func `a truncated text is refused`(text: String) { #expect(throws: JSONError.self) { try parse(text) } }

    @Test func `every beginning of a document is refused`() throws {
        let text = Array(#"{"a":[1,{"b":"\ud83d\ude00é"},true,null,-1.5e3]}"#.utf8)
        for count in 0..<text.count { #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<count])) } }
    }

    @Test(arguments: [
        "{} {}", "1 2", "[]]", "{}}", "null,", "\"a\"b", "[1]x", "{}\0", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{,}", "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\",1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "['a']", "[1}", "{\"a\":1]", "[\"a\":1]", "{\"a\":1 \"b\":2}", ":",
        ",", "]", "}",
        "/* c */ 1", "1 // c", "# c\n1", "True", "NULL", "truefalse", "truex", "undefined", "\u{A0}1", "\u{2028}1", "\u{C}1",
        "\u{B}1",
    ])
    func `a text that breaks the grammar is refused`(text: String) { #expect(throws: JSONError.self) { try parse(text) } }

    @Test(arguments: [
        "01", "-01", "00", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "1e1.5", "0x10", "1_000", "NaN", "Infinity", "-Infinity",
        "--1", "1-",
        "-", "1e1e1", "０", "1,0", "0b1", "1f",
    ])
    func `what is no number is refused`(text: String) { #expect(throws: JSONError.self) { try parse(text) } }

    @Test(arguments: [
        #""\x41""#, #""\u12""#, #""\u12G4""#, #""\u+123""#, #""\U0041""#, #""\'""#, #""\0""#, #""\ ""#, #""\é""#, "\"\t\"",
        "\"\n\"", "\"\0\"",
        "\"\u{1F}\"",
    ])
    func `a string with a bad escape or a bare control character is refused`(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\udfff\ud800""#, #""\uD83D\u0041""#,
        #""\ud83d"#,
        #""\ud83d\u""#,
    ])
    func `half of a surrogate pair is refused`(text: String) { #expect(throws: JSONError.self) { try parse(text) } }

    @Test(
        arguments: [
            [0x80], [0xFF], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0xAF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28],
            [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused in values and in names`(bytes: [UInt8]) {
        #expect(reason([0x22] + bytes + [0x22]) == .invalidUTF8)
        #expect(reason([0x7B, 0x22] + bytes + [0x22, 0x3A, 0x31, 0x7D]) == .invalidUTF8)
    }

    @Test func `the edges of UTF-8 are accepted`() throws {
        let edges = "\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        #expect(try parse("\"\(edges)\"").string == edges)
    }

    @Test func `a byte order mark is refused`() { #expect(reason([0xEF, 0xBB, 0xBF] + "{}".utf8) == .byteOrderMark) }

    @Test func `UTF-16 is refused`() {
        let units = Array(#"{"a":1}"#.utf16)
        let littleEndian = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let bigEndian = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for bytes in [littleEndian, bigEndian, [0xFF, 0xFE] + littleEndian, [0xFE, 0xFF] + bigEndian] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"a":1,"a":2}}"#, #"[{"":1,"":2}]"#,
        #"{"\ud83d\ude00":1,"😀":2}"#,
    ])
    func `a member that appears twice is refused`(text: String) {
        guard case .duplicateMember? = reason(Array(text.utf8)) else { return #expect(Bool(false), "accepted") }
    }

    @Test func `objects beside and within each other may share a name`() throws {
        _ = try parse(#"{"a":{"a":{"a":1}},"b":{"a":1},"c":[{"a":1},{"a":2}]}"#)
    }

    @Test func `nesting is limited`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONValue(parsing: nested(32))
        #expect(reason(nested(33)) == .tooDeep(depthMax: 32))
        #expect(reason(Array(String(repeating: "{\"a\":", count: 100_000).utf8)) == .tooDeep(depthMax: 32))
        _ = try JSONValue(parsing: nested(64), limits: JSONLimits(bytes: 1000, depth: 64))
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65), limits: JSONLimits(bytes: 1000, depth: 1000)) }
    }

    @Test func `size and number of members are limited`() {
        #expect(reason(Array("[1,2,3]".utf8), JSONLimits(bytes: 6)) == .tooLarge(bytesMax: 6))
        #expect(reason(Array(#"{"a":1,"b":2,"c":3}"#.utf8), JSONLimits(bytes: 100, members: 2)) == .tooManyMembers(membersMax: 2))
    }

    @Test func `an error says line and column`() {
        let error = #expect(throws: JSONError.self) { try parse("{\n  \"a\": 1,\n  \"a\": 2\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 4)
        #expect(error?.description == #"line 3, column 4: the member "a" appears twice"#)
    }

    private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func reason(_ bytes: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONError.Reason? {
        do { _ = try JSONValue(parsing: bytes, limits: limits) } catch { return error.reason }
        return nil
    }
}
