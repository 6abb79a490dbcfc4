import JSON
import Testing

@Suite struct JSONNumberTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0", 0), ("0e999999999999999999999", 0), ("1", 1), ("1.0", 1), ("1.000", 1), ("1e3", 1000),
            ("1E+3", 1000),
            ("1.5e1", 15), ("1500e-2", 15), ("0.0015e4", 15), ("100e-2", 1), ("-42", -42), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("9223372036854775.807e3", .max), ("1732165367", 1_732_165_367),
            ("1e18", 1_000_000_000_000_000_000),
            ("0.1e1", 1), ("0e-5", 0),
        ] as [(String, Int64)])
    func `a whole number in range is an integer however it is written`(text: String, value: Int64) throws {
        #expect(try number(text).int64 == value)
    }

    @Test(arguments: [
        "1.5", "1e-1", "0.1", "-0.5", "1e19", "1e400", "-1e400", "9223372036854775808", "-9223372036854775809",
        "1e99999999999999999999999",
        "1e-99999999999999999999999", "123456789012345678901234567890", "1.0000000000000000000000001", "15e-2",
    ])
    func `a fraction or a number out of range is no integer`(text: String) throws { #expect(try number(text).int64 == nil) }

    @Test func `a number is a Double only when that is finite`() throws {
        #expect(try number("1.5e3").double == 1500)
        #expect(try number("-0").double == 0)
        #expect(try number("1e400").double == nil)
        #expect(try number("-1e400").double == nil)
        #expect(try number("1e-400").double == 0)
    }

    @Test(
        arguments: [
            ("1.9", 1), ("-1.1", -2), ("-1.0", -1), ("1e3", 1000), ("12345e-2", 123), ("-12345e-2", -124), ("0.9", 0), ("-0.9", -1),
            ("5e-400", 0),
            ("9223372036854775807.9", .max), ("1e19", nil), ("1e400", nil), ("-9223372036854775808.5", nil),
        ] as [(String, Int64?)])
    func `a number is rounded down, or refused when out of range`(text: String, value: Int64?) {
        let bytes = Array(text.utf8)
        #expect(JSONNumber.roundedDown(in: bytes.span, 0..<bytes.count) == value)
    }

    @Test func `a number keeps its text`() throws {
        let text = "-0.10e+0400"
        #expect(try number(text).text == text)
    }

    private func number(_ text: String) throws -> JSONNumber {
        try #require(try JSONValue(parsing: Array(text.utf8)).number)
    }
}
