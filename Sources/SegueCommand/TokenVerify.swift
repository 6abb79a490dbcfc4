internal import Crypto
internal import JOSE
internal import JSON
internal import Sockets
internal import Telemetry

/// `segue token verify`: is this token good, and if not, why? Exit code 0 means yes and 1 no.
enum TokenVerify {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let keys = Keys(&arguments)
        let expected = TokenExpectations(&arguments)
        let json = arguments.flag("json", "print the verdict as JSON")
        let word = arguments.word("TOKEN", "the token, or - for standard input")
        arguments.example("segue token verify --jwks jwks.json --clerk --authorized-party https://app.example.com \"$TOKEN\"")
        arguments.example("segue token verify --secret-env JWT_SECRET - < token.txt")
        if word == "-", keys.readsStandardInput { arguments.note("the secret and the token cannot both come from standard input") }
        if let end = arguments.finish() { return end }
        do {
            let verdict = try verdict(on: try TokenInput.token(word), keys, expected, at: Clock.wallMilliseconds() / 1000)
            Terminal.say(json ? verdict.json : verdict.text)
            return verdict.faults.isEmpty ? .ok : .failed
        } catch { return Terminal.fail(error.reason) }
    }

    private static func verdict(
        on text: String, _ keys: Keys, _ expected: TokenExpectations, at now: Int64
    ) throws(TokenInputError) -> TokenVerdict {
        let token: UnverifiedToken
        do { token = try UnverifiedToken(text) } catch { return TokenVerdict(faults: ["this is no token: \(error)"], claims: nil) }
        switch try keys.verify(token) {
        case .unknownKey: return TokenVerdict(faults: ["no key has the token's kid"], claims: nil)
        case .algorithmMismatch:
            return TokenVerdict(faults: ["the key is not for the token's algorithm, \(token.header.algorithm.name)"], claims: nil)
        case .badSignature: return TokenVerdict(faults: ["the signature is wrong"], claims: nil)
        case .verified(let verified):
            return TokenVerdict(faults: expected.faults(of: verified, at: now), claims: verified.claims)
        }
    }

    private struct Keys {
        let jwksFile: String?
        let keyFile: String?
        let secret: TokenInput.SecretSource

        init(_ arguments: inout Arguments) {
            jwksFile = arguments.option("jwks", "FILE", "a JWK set")
            keyFile = arguments.option("key", "FILE", "a public key in PEM; it stands for every kid")
            secret = TokenInput.SecretSource(&arguments)
            if (jwksFile == nil ? 0 : 1) + (keyFile == nil ? 0 : 1) + secret.count != 1 {
                arguments.note("name one of --jwks, --key, --secret-env and --secret-file")
            }
        }

        var readsStandardInput: Bool { [jwksFile, keyFile, secret.file].contains("-") }

        func verify(_ token: UnverifiedToken) throws(TokenInputError) -> SignatureVerdict {
            do {
                if let jwksFile { return try KeyRing(KeySet(jwkSet: try TokenInput.bytes(jwksFile))).verify(token) }
                if let keyFile {
                    return try KeyRing(KeySet(pem: String(decoding: try TokenInput.bytes(keyFile), as: UTF8.self))).verify(token)
                }
                guard let secret = try secret.read() else { return .unknownKey }
                return try TokenVerifier(secret).verify(token)
            } catch let error as TokenInputError { throw error } catch { throw TokenInputError(reason: "the key: \(error)") }
        }
    }
}

/// What `segue token verify` prints. The claims are shown only when the signature is good.
struct TokenVerdict {
    let faults: [String]
    let claims: Claims?

    var text: String {
        guard !faults.isEmpty else { return "valid" }
        return (["not valid"] + faults.map { "- \($0)" }).joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("valid")
        writer.bool(faults.isEmpty)
        writer.key("faults")
        writer.beginArray()
        for fault in faults { writer.string(fault) }
        writer.endArray()
        if let claims {
            writer.key("claims")
            writer.raw(claims.bytes)
        }
        writer.endObject()
        return writer.text
    }
}
