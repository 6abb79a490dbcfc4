import Crypto
import Telemetry

@testable import Invitations

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// The token of an invitation as a link, a form or a cookie brings it: what is accepted is the one spelling of 32 bytes.
func fuzzInvitationToken(_ bytes: Span<UInt8>) throws {
    let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    guard let token = InvitationToken(text) else { return }
    let random = try Base64.decodeURL(text)
    guard random.count == InvitationToken.bytes, InvitationToken(random: random).text.exposeText().utf8.elementsEqual(text.utf8)
    else { throw Difference(description: "a token has two spellings") }
    guard token.digest == InvitationDigest(of: Array(text.utf8)), text.utf8.allSatisfy({ (0x2D...0x7A).contains($0) }) else {
        throw Difference(description: "a token is not what was sent")
    }
}
