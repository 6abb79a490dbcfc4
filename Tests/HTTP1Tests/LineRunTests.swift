import HTTP
import Testing

@testable import HTTP1

@Suite struct LineRunTests {
    /// What a recipient reads when the lines at these places are passed on.
    private func passedOn(_ lines: String, _ passes: (Int) -> Bool) throws -> String {
        var parser = RequestParser()
        let head = RequestHead()
        let message = Array("GET / HTTP/1.1\r\n\(lines)\r\n".utf8)
        guard case .head = try parser.parse(message.span, into: head, limits: .generous) else { return "" }
        var output: [UInt8] = []
        var run = LineRun()
        for (index, line) in head.section.lines.enumerated() where passes(index) { run.add(line, of: head.section, to: &output) }
        run.end(of: head.section, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `every choice of lines arrives whole and in order`() throws {
        let lines = ["Host: a", "A: 1", "B:2", "C:", "D: d d"]
        for choice in 0..<32 {
            let passed = try passedOn(lines.map { $0 + "\r\n" }.joined()) { choice >> $0 & 1 == 1 }
            let expected = lines.indices.filter { choice >> $0 & 1 == 1 }.map { lines[$0] + "\r\n" }.joined()
            #expect(passed == expected)
        }
    }

    @Test func `white space behind a value is left out`() throws {
        let lines = "Host: a \t\r\nA: 1  \r\nB: 2\r\nC: 3\t\r\n"
        #expect(try passedOn(lines) { _ in true } == "Host: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n")
        #expect(try passedOn(lines) { $0 == 1 } == "A: 1\r\n")
        #expect(try passedOn(lines) { _ in false } == "")
    }
}
