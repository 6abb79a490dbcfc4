import Fetch
import HTTP
import JSON
import Telemetry

/// Old and new credentials, good and bad.
extension DemoWalk {
    func legacyToken() async throws {
        page.note("\(ada.name) signed in the old way; the front end holds a JWT that the application made.")
        expectArrival(try await get("/api/profile", [.bearer(ada.legacyToken)], inFull: true), of: ada, by: "legacy:jwt")
    }

    func sessionCookie() async throws {
        page.note("An older page of the application knows her by a cookie, a row of its sessions table.")
        let cookie = FetchRequest.Field("Cookie", "session_token=\(ada.sessionToken.exposeText())")
        expectArrival(try await get("/api/profile", [cookie]), of: ada, by: "legacy:session")
    }

    func tamperedTokens() async throws {
        page.note("A JWT that says it is \(bob.name)'s, with the signature of \(ada.name)'s.")
        let legacy = splice(signatureOf: ada.legacyToken, ontoClaimsOf: bob.legacyToken)
        expectRefusal(try await get("/api/profile", [.bearer(legacy)]), .unauthorized, "token_invalid")

        page.note("The claims of \(ada.name)'s Clerk session, under the signature of another one.")
        let session = try await stage.clerk.signIn(adaAtClerk)
        let other = try await stage.clerk.signIn(adaAtClerk)
        let tampered = splice(signatureOf: other, ontoClaimsOf: session)
        expectRefusal(try await get("/api/profile", [.bearer(tampered)]), .unauthorized, "token_invalid")
        let untouched = try await exchange(stage.gateway.url + "/api/profile", [.bearer(session)]).0
        expect(untouched.status == .ok, "the same session with its own signature passes")
    }

    /// A token with header and claims of one, and the signature of another.
    private func splice(signatureOf signed: Secret, ontoClaimsOf claimed: Secret) -> Secret {
        let signature = signed.exposeText().split(separator: ".")[2]
        let parts = claimed.exposeText().split(separator: ".")
        return Secret("\(parts[0]).\(parts[1]).\(signature)")
    }
}
