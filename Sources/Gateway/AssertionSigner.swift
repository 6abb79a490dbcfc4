import Crypto
import HTTP1
import Authentication
import Identity
import JOSE
import Settings
import Telemetry

/// The signed word of `identity.assertion`: who is calling, for this request, in the next 60 seconds. An origin that
/// others can reach checks it and needs to trust no network. One per worker.
final class AssertionSigner {
    /// A request may wait for its turn at the origin; one that took longer is no longer this request.
    static let seconds: Int64 = 60

    private let signer: CompactSigner
    private let field: String

    /// `nil` where origins take our word.
    init?(_ settings: Settings) throws(CryptoError) {
        guard let assertion = settings.identity.assertion else { return nil }
        field = assertion.field
        signer =
            assertion.isSignedByPrivateKey
            ? CompactSigner(try PrivateKey(pem: assertion.key), keyID: assertion.keyID)
            : try CompactSigner(assertion.key, keyID: assertion.keyID)
    }

    func appendField(for caller: Caller, _ findings: Rewriter.Findings, to output: inout [UInt8]) throws(Refusal) {
        let token: Secret
        do throws(CryptoError) { token = try signer.sign(claims(of: caller, findings)) } catch { throw .unsigned }
        output.append(contentsOf: "\(field): ".utf8)
        output.append(contentsOf: token.expose())
        output.append(copying: "\r\n")
    }

    /// `jti` is our own, so that an origin may refuse what it has seen: a client may choose the request's id, which stands in
    /// X-Request-Id too, and use it twice (RFC 7519 §4.1.7). `aud` is the route.
    private func claims(of caller: Caller, _ findings: Rewriter.Findings) -> [UInt8] {
        var claims = ClaimWriter()
        claims.add("iss", "segue")
        claims.add("aud", findings.route.name)
        claims.add("sub", caller.user.text)
        if let clerkUser = caller.clerkUser { claims.add("clerk_user_id", clerkUser.text) }
        claims.add("auth_method", caller.method.text)
        claims.add("migrated", caller.isMigrated)
        claims.add("iat", findings.now.seconds)
        claims.add("exp", findings.now.seconds + AssertionSigner.seconds)
        claims.add("jti", Hexadecimal.encode(RandomBytes.make(16)))
        claims.add("request_id", String(decoding: findings.account.requestID, as: UTF8.self))
        return claims.bytes
    }
}
