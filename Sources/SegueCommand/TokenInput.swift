internal import Crypto
internal import Files
internal import JOSE
internal import Telemetry

/// Why a key, a secret or a token could not be read, for a person.
struct TokenInputError: Error {
    let reason: String
}

/// Where keys, secrets and tokens come from. A secret is never a word of the command line, which every user of the machine can
/// read in the process list.
enum TokenInput {
    private static let bytesMax = 256 << 10

    /// The options that name a shared secret.
    struct SecretSource {
        let variable: String?
        let file: String?

        init(_ arguments: inout Arguments, what: String = "HS256 secret") {
            variable = arguments.option("secret-env", "NAME", "the environment variable with the \(what)")
            file = arguments.option("secret-file", "FILE", "the file with the \(what), or - for standard input")
        }

        var count: Int { (variable == nil ? 0 : 1) + (file == nil ? 0 : 1) }

        func read() throws(TokenInputError) -> Secret? {
            if let variable {
                guard let value = Environment.value(of: variable) else { throw TokenInputError(reason: "\(variable) is not set") }
                return Secret(value)
            }
            return try file.map { path throws(TokenInputError) in Secret(withoutLineEnd(try bytes(path))) }
        }
    }

    static func privateKey(_ path: String) throws(TokenInputError) -> PrivateKey {
        let text = try bytes(path)
        do { return try PrivateKey(pem: Secret(text)) } catch { throw TokenInputError(reason: "\(path): \(error)") }
    }

    /// The words of the token itself, from the command line or from standard input.
    static func token(_ word: String) throws(TokenInputError) -> String {
        guard word == "-" else { return word }
        return String(decoding: withoutLineEnd(try bytes("-")), as: UTF8.self)
    }

    static func bytes(_ path: String) throws(TokenInputError) -> [UInt8] {
        do {
            return path == "-" ? try Files.readStandardInput(bytesMax: bytesMax) : try Files.read(path, bytesMax: bytesMax)
        } catch { throw TokenInputError(reason: "\(error)") }
    }

    /// Editors and `echo` put one line end behind a secret.
    private static func withoutLineEnd(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }
}
