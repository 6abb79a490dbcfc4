import Testing

@testable import SegueCommand

@Suite struct ArgumentsTests {
    @Test func `options take their value with a space or an equals sign, in any order`() {
        var arguments = make("x", "--json", "--issuer", "https://a", "--key=b=c", "y")
        let issuer = arguments.option("issuer", "URL", "")
        #expect(issuer == "https://a")
        let key = arguments.option("key", "FILE", "")
        #expect(key == "b=c")
        let json = arguments.flag("json", "")
        #expect(json)
        let quiet = arguments.flag("quiet", "")
        #expect(!quiet)
        let wordA = arguments.word("A", "")
        #expect(wordA == "x")
        let wordB = arguments.optionalWord("B", "")
        #expect(wordB == "y")
        let wordC = arguments.optionalWord("C", "")
        #expect(wordC == nil)
        let end = arguments.finish()
        #expect(end == nil)
    }

    @Test func `words behind two hyphens are plain`() {
        var arguments = make("--", "--json", "-")
        let json = arguments.flag("json", "")
        #expect(!json)
        let wordA = arguments.word("A", "")
        #expect(wordA == "--json")
        let wordB = arguments.word("B", "")
        #expect(wordB == "-")
        let end = arguments.finish()
        #expect(end == nil)
    }

    @Test func `a repeated option yields all values`() {
        var arguments = make("--claim", "a=1", "--claim=b=2", "--claim", "c=")
        let claims = arguments.options("claim", "K=V", "")
        #expect(claims == ["a=1", "b=2", "c="])
        let end = arguments.finish()
        #expect(end == nil)
    }

    @Test(arguments: [
        ["--unknown"], ["-x"], ["--key"], ["--key", "--json"], ["--key=a", "--key=b"], ["--json=yes"], ["extra"], ["--count=x"],
        ["--count=11"],
    ])
    func `what nobody takes and what has no value is a usage error`(words: [String]) {
        var arguments = Arguments("segue test", "", words)
        _ = arguments.flag("json", "")
        _ = arguments.option("key", "FILE", "")
        _ = arguments.number("count", "", 1...10)
        let end = arguments.finish()
        #expect(end == .usage)
    }

    @Test func `a missing word is a usage error`() {
        var arguments = make()
        _ = arguments.word("TOKEN", "")
        let end = arguments.finish()
        #expect(end == .usage)
    }

    @Test(
        arguments: [("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), ("30d", 2_592_000), ("-5s", -5), ("0", 0)]
            as [(String, Int64)])
    func `times have units`(text: String, seconds: Int64) {
        var arguments = make("--in=\(text)")
        let seconds = arguments.seconds("in", "")
        #expect(seconds == seconds)
        let end = arguments.finish()
        #expect(end == nil)
    }

    @Test(arguments: ["", "s", "1w", "1.5h", "9223372036854775807d", "10 m", "٣"])
    func `what is no time is a usage error`(text: String) {
        var arguments = make("--in=\(text)")
        let seconds = arguments.seconds("in", "")
        #expect(seconds == nil)
        let end = arguments.finish()
        #expect(end == .usage)
    }

    @Test func `a subcommand gets the words behind its name`() async {
        let command = Command("mint", "Mints") { arguments in
            arguments.path == "segue test mint" && arguments.word("A", "") == "--b" && arguments.finish() == nil ? .ok : .failed
        }
        var arguments = make("mint", "--", "--b")
        let code = await arguments.dispatch([command])
        #expect(code == .ok)
    }

    @Test(arguments: [["mnit"], [], ["--verbose", "mint"]])
    func `a subcommand that is unknown or missing is a usage error`(words: [String]) async {
        var arguments = Arguments("segue test", "", words)
        let code = await arguments.dispatch([Command("mint", "Mints") { _ in .ok }])
        #expect(code == .usage)
    }

    private func make(_ words: String...) -> Arguments { Arguments("segue test", "", words) }
}
