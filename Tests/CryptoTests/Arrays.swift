import Crypto

// `#expect` cannot take a span: these take arrays.

extension SignatureVerifier {
    func accepts(_ signature: [UInt8], _ message: [UInt8]) -> Bool { verify(signature: signature.span, of: message.span) }
}

extension HMACKey {
    func accepts(_ code: [UInt8], _ message: [UInt8]) -> Bool { isValid(code: code.span, of: message.span) }
    func code(_ message: [UInt8]) -> [UInt8] { code(of: message.span) }
}

extension PrivateKey {
    func sign(_ message: [UInt8]) throws -> [UInt8] { try sign(message.span) }
}

func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { isEqualInConstantTime(a.span, b.span) }
