internal import Crypto
internal import JOSE
internal import JSON
internal import Sockets

/// `segue token inspect`: what a token says. Nothing is checked, and the signature is not shown, so that what is printed
/// is not a credential any more.
enum TokenInspect {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let word = arguments.word("TOKEN", "the token, or - for standard input")
        arguments.example("segue token inspect \"$TOKEN\"")
        if let end = arguments.finish() { return end }
        do {
            let text = try TokenInput.token(word)
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3 else { return Terminal.fail("this is no token: it is not three parts between dots") }
            let (header, claims) = (try part(parts[0], "header"), try part(parts[1], "payload"))
            return Terminal.say(json ? self.json(header, claims) : self.text(header, claims, refusal: refusal(of: text)))
        } catch { return Terminal.fail(error.reason) }
    }

    private static func part(_ text: Substring, _ name: String) throws(TokenInputError) -> JSONValue {
        do { return try JSONValue(parsing: try Base64.decodeURL(String(text))) } catch {
            throw TokenInputError(reason: "this is no token: its \(name): \(error)")
        }
    }

    /// Why the gateway would not even look at the signature.
    private static func refusal(of text: String) -> TokenError? {
        do { _ = try UnverifiedToken(text) } catch { return error }
        return nil
    }

    private static func text(_ header: JSONValue, _ claims: JSONValue, refusal: TokenError?) -> String {
        let now = Clock.wallMilliseconds() / 1000
        let dates = ["iat", "nbf", "exp"].compactMap { name in
            claims[name]?.int64.map { "\(name): \(relation(of: $0, to: now))" }
        }
        let lines = ["not verified: anybody can write such a token", "header \(header.indented)", "claims \(claims.indented)"]
        return (lines + dates + (refusal.map { ["every verifier of Segue refuses it: \($0)"] } ?? [])).joined(separator: "\n")
    }

    private static func json(_ header: JSONValue, _ claims: JSONValue) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("verified")
        writer.bool(false)
        writer.key("header")
        writer.value(header)
        writer.key("claims")
        writer.value(claims)
        writer.endObject()
        return writer.text
    }

    private static func relation(of date: Int64, to now: Int64) -> String {
        let (difference, overflow) = date.subtractingReportingOverflow(now)
        if overflow { return "out of range" }
        return difference > 0 ? "in \(difference) s" : "\(difference.magnitude) s ago"
    }
}
