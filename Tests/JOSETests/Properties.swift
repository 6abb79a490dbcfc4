import Crypto
import JSON

@testable import JOSE

// What holds for any bytes whatever. `fuzz/` calls the functions named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// A token in the compact serialization: what is accepted has one spelling only, and reads the same beside another token.
func fuzzCompactToken(_ bytes: Span<UInt8>) throws {
    guard let token = try? UnverifiedToken(bytes) else { return }
    let reader = TokenReader()
    guard try reader.read(bytes).header == token.header, try reader.read(bytes).header == token.header else {
        throw Difference(description: "the header differs when it is read again")
    }
    let parts = token.text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for part in parts {
        let part = Array(part)
        var decoded: [UInt8] = []
        guard Base64.decodeURL(part.span, 0..<part.count, appendingTo: &decoded), Array(Base64.encodeURL(decoded).utf8) == part
        else {
            throw Difference(description: "a part has two spellings")
        }
    }
    try readEverything(token.unverifiedClaims)
}

/// The JSON of a header and of claims. What the index accepts, the parser of whole documents accepts as well, and both
/// find the same strings.
func fuzzClaims(_ bytes: Span<UInt8>) throws {
    let json = copied(bytes)
    _ = try? TokenHeader(parsing: json)
    guard let claims = try? Claims(parsing: json) else { return }
    let document = try JSONValue(parsing: json, limits: TokenLimits.claims)
    for name in ["iss", "sub", "azp", "sid", "sts", "jti"] where claims.string(name).value != document[name]?.string {
        throw Difference(description: "the claim \(name) differs")
    }
    try readEverything(claims)
}

/// A JWK set: what is accepted has one key for each id, and is the same set when it is served and read again.
func fuzzKeySet(_ bytes: Span<UInt8>) throws {
    guard let set = try? KeySet(jwkSet: copied(bytes)) else { return }
    guard Set(set.entries.map(\.keyID)).count == set.entries.count else { throw Difference(description: "an id has two keys") }
    let again = try KeySet(jwkSet: set.jwkSet)
    // OpenSSL looks for factors of an RSA modulus at random: one that nobody made of two primes may pass once and not again.
    let certain = set.entries.filter { entry in if case .rsa = entry.key.parameters { false } else { true } }
    guard again.entries.allSatisfy(set.entries.contains), certain.allSatisfy(again.entries.contains) else {
        throw Difference(description: "the set as written differs")
    }
    for entry in set.entries { _ = try SignatureVerifier(entry.key) }
}

private func copied(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }

/// No claim, however it is written, may trap.
private func readEverything(_ claims: Claims) throws {
    for date in [claims.expires, claims.notBefore, claims.issued] {
        guard let seconds = date.value else { continue }
        guard (0...253_402_300_799).contains(seconds) else { throw Difference(description: "the date \(seconds) is out of range") }
    }
    _ = (claims.audience, claims.actor, claims.integer("v"), claims.bool("v"), claims.value("v"))
}
