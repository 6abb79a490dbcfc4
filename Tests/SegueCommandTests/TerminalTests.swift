import JSON
import Testing

@testable import SegueCommand

@Suite struct TerminalTests {
    @Test func `text of ours stays as it is`() {
        for text in ["", "a\tb\nc", "Grüße, 雪 ✓ 👩‍💻", "\\u001B"] { #expect(Terminal.harmless(text) == text) }
    }

    @Test(arguments: [
        ("\u{1B}[2J", "\\u001B[2J"), ("\u{1B}]0;x\u{07}", "\\u001B]0;x\\u0007"), ("a\rb", "a\\u000Db"), ("a\r\nb", "a\\u000D\nb"),
        ("\0", "\\u0000"), ("\u{7F}", "\\u007F"), ("\u{85}\u{9B}31m", "\\u0085\\u009B31m"), ("\u{61C}", "\\u061C"),
        ("\u{200E}\u{200F}", "\\u200E\\u200F"), ("\u{2028}\u{202A}\u{202E}", "\\u2028\\u202A\\u202E"),
        ("\u{2066}\u{2069}", "\\u2066\\u2069"), ("e\u{301}\u{1B}", "e\u{301}\\u001B"),
    ])
    func `what commands a terminal is written out`(text: String, shown: String) {
        #expect(Terminal.harmless(text) == shown)
    }

    @Test func `JSON means the same when it is harmless`() throws {
        let text = "\u{1B}[2J\u{7F}\u{9B}\u{202E}\"\\\n"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("text", text)
        writer.endObject()
        let shown = Terminal.harmless(writer.text)
        #expect(shown.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) })
        #expect(try JSONValue(parsing: Array(shown.utf8))["text"]?.string == text)
    }

    @Test(arguments: [("a\nb", "a\\u000Ab"), ("a\r\nb", "a\\u000D\\u000Ab"), ("a\tb", "a\tb")])
    func `a value of several lines is one in a report`(text: String, shown: String) {
        #expect(text.onOneLine == shown)
    }
}
