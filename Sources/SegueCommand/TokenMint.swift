internal import Crypto
internal import JOSE
internal import Sockets
internal import Telemetry

/// `segue token mint`: prints a token and nothing else.
enum TokenMint {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let options = Options(&arguments)
        if let end = arguments.finish() { return end }
        do {
            let signer = try options.signer()
            if let wanted = options.algorithm, wanted != signer.algorithm.name {
                return arguments.refuse("--alg \(wanted) does not fit the key, which is for \(signer.algorithm.name)", guess: nil)
            }
            let claims = try options.claims.json(at: Clock.wallMilliseconds() / 1000)
            return Terminal.say(try signer.sign(claims: claims, type: options.type, category: options.category).exposeText())
        } catch let error as TokenInputError { return Terminal.fail(error.reason) } catch { return Terminal.fail("\(error)") }
    }

    private struct Options {
        let keyFile: String?
        let secret: TokenInput.SecretSource
        let algorithm: String?
        let keyID: String?
        let type: String
        let category: String?
        let claims: MintedClaims

        init(_ arguments: inout Arguments) {
            keyFile = arguments.option("key", "FILE", "the private key in PEM: RSA, P-256 or Ed25519")
            secret = TokenInput.SecretSource(&arguments)
            algorithm = arguments.option("alg", "NAME", "RS256, ES256, EdDSA or HS256; it must fit the key")
            keyID = arguments.option("kid", "ID", "the kid of the header")
            type = arguments.option("typ", "TYPE", "the typ of the header, JWT unless given") ?? "JWT"
            category = arguments.option("cat", "CATEGORY", "the cat of the header, Clerk's class of a token")
            claims = MintedClaims(&arguments)
            arguments.example("segue token mint --secret-env JWT_SECRET --claim user_id=42 --expires-in 15m")
            arguments.example("segue token mint --key key.pem --kid ins_1 --claims '{\"sub\":\"user_1\"}' --claim v:=2")
            if (keyFile == nil ? 0 : 1) + secret.count != 1 { arguments.note("name one of --key, --secret-env and --secret-file") }
        }

        func signer() throws(TokenInputError) -> TokenSigner {
            if let keyFile { return TokenSigner(try TokenInput.privateKey(keyFile), keyID: keyID) }
            guard let secret = try secret.read() else { throw TokenInputError(reason: "there is no secret") }
            return TokenSigner(secret, keyID: keyID)
        }
    }
}
