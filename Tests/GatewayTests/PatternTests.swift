import Testing

/// What journeys are held against must itself refuse what is wrong.
@Suite struct PatternTests {
    @Test(arguments: [
        ("ab\r\n", 4), ("ab\r\nmore", 4), ("a", nil), ("", nil), ("b", -1), ("ab\n\n", -1),
    ])
    func `bytes are compared one by one`(_ input: String, _ expected: Int?) {
        expect([.bytes(Array("ab\r\n".utf8))], input, expected)
    }

    @Test(arguments: [("id: 1\r\n", 7), ("id: \r\n", -1), ("id: 1", nil), ("id: 1\n\r\n", -1)])
    func `a gap within a line holds something and no line end`(_ input: String, _ expected: Int?) {
        expect([.bytes(Array("id: ".utf8)), .anyInLine, .bytes(Array("\r\n".utf8))], input, expected)
    }

    @Test func `a gap of lines ends where what follows begins`() {
        expect([.anyLines, .bytes(Array("\r\nend".utf8))], "a\r\nb\r\nend\r\nend", 9)
        expect([.anyLines, .bytes(Array("\r\nend".utf8))], "a\r\nb\r\nen", nil)
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n\r\n", 15), ("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 20), ("2\r\nhe\r\n", nil), ("5\r\nhello\r\n", nil),
        ("6\r\nhello!\r\n0\r\n\r\n", -1), ("5\r\nhella\r\n", -1), ("0\r\n\r\n", -1), ("5\r\nhello\r\n1\r\n", -1),
    ])
    func `chunks may be cut anywhere, and hold that content and nothing else`(_ input: String, _ expected: Int?) {
        expect([.chunked(Array("hello".utf8), isWhole: true)], input, expected)
    }

    /// With each gap trying again what those behind it have tried, twelve of them would take years.
    @Test func `many gaps cost no more than few`() {
        let line: [Pattern.Piece] = [.anyLines, .bytes(Array("\r\n".utf8)), .anyInLine]
        let lines = String(repeating: "a line of an answer\r\n", count: 50)
        let gaps = (0..<12).flatMap { _ in line }
        expect(gaps + [.bytes(Array("nothing of the kind\n".utf8))], lines, nil)
        expect(gaps + [.bytes(Array("a".utf8))], lines, 263)
    }

    /// - Parameter expected: how many bytes match, `nil` where more are needed, -1 where nothing can match.
    private func expect(_ pieces: [Pattern.Piece], _ input: String, _ expected: Int?) {
        let outcome = Pattern(pieces: pieces).match(Array(input.utf8))
        #expect(outcome == (expected.map { $0 < 0 ? .mismatch : .matched(count: $0) } ?? .needMore))
    }
}
