/// Takes tokens apart, on one thread, and remembers the last: on a route in `dual` both sides look at one token, and the
/// tokens of one issuer share their header.
package final class TokenReader {
    private var last: UnverifiedToken?

    package init() {}

    package func read(_ text: Span<UInt8>) throws(TokenError) -> UnverifiedToken {
        if let last, last.isText(text) { return last }
        let token = try UnverifiedToken(text, after: last)
        last = token
        return token
    }
}
