import Crypto
import HTTP
import HTTPServer
import JSON
import Telemetry

/// What the instance signs.
extension EmulatedInstance {
    /// The compact token, with members of its header and claims replaced.
    mutating func sign(
        _ claims: TokenClaims, by signer: SigningKeys.Signer = .current, header: JSONValue? = nil, overrides: JSONValue? = nil
    ) throws(ClerkProblem) -> String {
        try signed { ids, keys throws(CryptoError) in
            let entry = try keys.entry(for: signer)
            return try entry.sign(
                header: claims.header(kid: entry.kid).overridden(by: header),
                claims: claims.claims(tokenID: ids.next("")).overridden(by: overrides))
        }
    }

    /// The ticket in the link of an invitation or a sign-in token: signed by the same key as a session token, and none.
    mutating func ticket(for id: String, kind: String, until expiry: UnixTime) throws(ClerkProblem) -> String {
        let claims = JSONValue(
            .object([
                JSONMember("exp", .number(expiry.seconds)), JSONMember("iid", .text(self.id)), JSONMember("sid", .text(id)),
                JSONMember("st", .text(kind)),
            ]))
        return try signed { _, keys throws(CryptoError) in
            let header = [("alg", "RS256"), ("kid", keys.current.kid), ("typ", "JWT")].map { JSONMember($0, .text($1)) }
            return try keys.current.sign(header: JSONValue(.object(header)), claims: claims)
        }
    }

    func tokenResponse(_ token: String) -> ServerResponse {
        .json { json in
            json.beginObject()
            json.member("object", "token")
            json.member("jwt", token)
            json.endObject()
        }
    }

    private mutating func signed(_ make: (inout ClerkIDs, SigningKeys) throws(CryptoError) -> String) throws(ClerkProblem)
        -> String
    {
        do throws(CryptoError) { return try make(&ids, keys) } catch {
            throw ClerkProblem(.internalServerError, "internal_clerk_error", "Signing failed: \(error)")
        }
    }
}
