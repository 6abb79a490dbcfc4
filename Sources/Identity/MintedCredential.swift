import Authentication
package import Settings
package import Telemetry

/// The origin's own old credential for one caller, and where the origin looks for it. Only `CredentialMint` makes one.
package final class MintedCredential: Sendable {
    package let place: CredentialSource
    package let text: Secret

    init(_ text: Secret, at place: CredentialSource) { (self.text, self.place) = (text, place) }
}

/// What a template of claims is filled in with.
struct MintedClaims {
    let caller: Caller
    let issued: UnixTime
    let expires: UnixTime
    let tokenID: String

    enum Misfit: Error {
        /// `{user.id:number}`, and the caller's id is none.
        case idIsNoNumber
    }

    /// - Parameter dated: `iat` and `exp` are added where the template has none.
    func json(_ claims: [Mint.Claim], dated: Bool) throws(Misfit) -> [UInt8] {
        var writer = ClaimWriter()
        for claim in claims { try add(claim, to: &writer) }
        if dated, !claims.contains(where: { $0.name == "iat" }) { writer.add("iat", issued.seconds) }
        if dated, !claims.contains(where: { $0.name == "exp" }) { writer.add("exp", expires.seconds) }
        return writer.bytes
    }

    private func add(_ claim: Mint.Claim, to writer: inout ClaimWriter) throws(Misfit) {
        switch claim.value {
        case .userID: writer.add(claim.name, caller.user.text)
        case .userNumber:
            guard let number = Int64(caller.user.text) else { throw .idIsNoNumber }
            writer.add(claim.name, number)
        // What the caller does not have is left out: an empty text would be somebody.
        case .clerkUserID: if let id = caller.clerkUser { writer.add(claim.name, id.text) }
        case .email: if let email = caller.email { writer.add(claim.name, email) }
        case .issued: writer.add(claim.name, issued.seconds)
        case .expires: writer.add(claim.name, expires.seconds)
        case .tokenID: writer.add(claim.name, tokenID)
        case .text(let text): writer.add(claim.name, text)
        case .integer(let number): writer.add(claim.name, number)
        case .bool(let bool): writer.add(claim.name, bool)
        }
    }
}
