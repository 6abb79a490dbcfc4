import Crypto
package import Telemetry

/// What an invitation's link carries: 32 random bytes in base64url. Only its digest is kept, so that who reads the database can
/// use no link.
package struct InvitationToken: Sendable {
    package static let bytes = 32

    package let text: Secret

    /// - Parameter random: `bytes` of them.
    package init(random: [UInt8]) { text = Secret(Base64.encodeURL(random)) }

    /// `nil`: no token of ours was ever written so, and nobody need be asked.
    package init?(_ text: some StringProtocol) {
        // Two texts may decode to the same bytes; only one of them is what we wrote.
        guard text.utf8.count == 43, let bytes = try? Base64.decodeURL(String(text)), bytes.count == Self.bytes else { return nil }
        self.text = Secret(String(text))
    }

    package var digest: InvitationDigest { InvitationDigest(of: text.expose()) }
}

/// SHA-256 in hexadecimal, as the table of invitations has it.
package struct InvitationDigest: Sendable, Hashable {
    package let text: String

    init(of bytes: [UInt8]) { text = Hexadecimal.encode(Digest.sha256(bytes)) }

    /// Of the address that was written to: when the row has another by now, the invitation proves nothing about it.
    package init(ofAddress address: String) {
        self.init(of: address.utf8.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 })
    }

    package init(stored text: String) { self.text = text }
}
