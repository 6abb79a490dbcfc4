import Crypto
import GatewayTesting
import Telemetry
import Testing

@testable import Invitations

@Suite("InvitationToken") struct InvitationTokenTests {
    let token = InvitationToken(random: (0..<32).map { UInt8($0) })

    @Test func `a token is read as it was written, and is known by its digest`() throws {
        let text = token.text.exposeText()
        #expect(text.utf8.count == 43)
        #expect(InvitationToken(text)?.digest == token.digest)
        #expect(token.digest.text == Hexadecimal.encode(Digest.sha256(Array(text.utf8))))
        #expect("\(token)".contains(text) == false)
    }

    @Test func `a token that was damaged anywhere is none, or another one`() {
        let text = Array(token.text.exposeText().utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max where byte != text[index] {
                var damaged = text
                damaged[index] = byte
                guard let read = InvitationToken(String(decoding: damaged, as: UTF8.self)) else { continue }
                #expect(read.digest != token.digest)
            }
            var (shorter, longer) = (text, text)
            shorter.remove(at: index)
            longer.insert(text[index], at: index)
            for cut in [Array(text.prefix(index)), shorter, longer] {
                #expect(InvitationToken(String(decoding: cut, as: UTF8.self)) == nil)
            }
        }
    }

    @Test func `a token that was damaged at random is none, or has one spelling`() throws {
        try Damage.hold([token.text.exposeText()], to: fuzzInvitationToken)
    }

    @Test func `the last character has no bits that say nothing`() {
        // 43 characters hold two bits more than 32 bytes: three other texts decode to the same, for a reader that is not strict.
        let text = token.text.exposeText()
        let twins = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".filter {
            InvitationToken(text.dropLast() + String($0)) != nil
        }
        #expect(twins.count == 16)
    }

    @Test func `an address is the same in any ASCII case and no other`() {
        #expect(InvitationDigest(ofAddress: "Ada@Example.com") == InvitationDigest(ofAddress: "ada@example.com"))
        #expect(InvitationDigest(ofAddress: "\u{212A}im@example.com") != InvitationDigest(ofAddress: "kim@example.com"))
    }
}
