import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas and escapes come by themselves`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a\"b")
        writer.beginArray()
        writer.int(-1)
        writer.string("x\\\n\u{1}\u{7F}é")
        writer.beginObject()
        writer.endObject()
        writer.double(1.5)
        writer.double(.infinity)
        writer.bool(true)
        writer.null()
        writer.raw(Array("[1,2]".utf8))
        writer.endArray()
        writer.key("b")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        #expect(writer.text == #"{"a\"b":[-1,"x\\\n\u0001\u007fé",{},1.5,null,true,null,[1,2]],"b":[]}"#)
    }

    @Test(arguments: [
        #"{"a":[1,-2.50e3,"\"\\é😀",null,true,false,{}],"":[],"n":{"x":[[]]}}"#, "[]", "\"\\u0000\"", "1e400", "[[],[],[{}]]",
    ])
    func `writing what was parsed is the identity`(text: String) throws {
        var writer = JSONWriter()
        writer.value(try JSONValue(parsing: Array(text.utf8)))
        #expect(writer.text == text)
    }

    @Test(arguments: [0, 1.5, -1e300, .leastNonzeroMagnitude, 1e21, .greatestFiniteMagnitude])
    func `a Double survives writing and parsing`(value: Double) throws {
        var writer = JSONWriter()
        writer.double(value)
        #expect(try JSONValue(parsing: writer.bytes).double == value)
    }

    @Test func `a value can be written for a person`() throws {
        let value = try JSONValue(parsing: Array(#"{"a":{"b":[1,{}]},"c":[],"d":null}"#.utf8))
        let lines = [
            "{", "  \"a\": {", "    \"b\": [", "      1,", "      {}", "    ]", "  },", "  \"c\": [],", "  \"d\": null", "}",
        ]
        #expect(value.indented == lines.joined(separator: "\n"))
    }
}
