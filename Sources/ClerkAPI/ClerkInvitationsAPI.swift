import Authentication
package import Fetch
import HTTP
package import Invitations
import JSON
import Migration
package import Settings
package import Telemetry

/// `POST /v1/invitations` and `/v1/invitations/bulk`. Nothing is sent twice here: what a reply leaves open, the caller asks anew,
/// and Clerk refuses what is there.
package struct ClerkInvitationsAPI: ClerkInviter {
    private let url: String
    private let fields: [FetchRequest.Field]
    private let client: FetchClient

    package init(_ settings: ClerkSettings, secretKey: Secret, client: FetchClient) {
        url = settings.apiURL + "/v1/invitations"
        fields = ClerkBackendAPI.fields(secretKey: secretKey) + [.init("Content-Type", "application/json")]
        self.client = client
    }

    package func invite(_ invitations: [ClerkInvitation]) async -> ClerkInvitationReply {
        var json = JSONWriter()
        if invitations.count == 1 {
            json.write(invitations[0])
        } else {
            json.beginArray()
            for invitation in invitations { json.write(invitation) }
            json.endArray()
        }
        let request = FetchRequest(
            .post, invitations.count == 1 ? url : url + "/bulk", fields: fields, content: json.bytes,
            timeoutMilliseconds: Limits.createMilliseconds, responseBytesMax: Limits.lookUpBytes)
        do throws(FetchError) {
            return ClerkInvitationReply(try await client.send(request))
        } catch {
            switch error {
            case .invalidURL, .invalidField, .stopped: return .hopeless("\(error)")
            default: return .unclear("\(error)")
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ invitation: ClerkInvitation) {
        beginObject()
        member("email_address", invitation.address)
        key("public_metadata")
        beginObject()
        member("migrated_from_legacy", true)
        member("legacy_user_id", invitation.user.text)
        endObject()
        if let url = invitation.redirectURL { member("redirect_url", url) }
        member("notify", true)
        member("ignore_existing", invitation.ignoresExisting)
        member("expires_in_days", Int64(invitation.days))
        endObject()
    }
}

extension ClerkInvitationReply {
    fileprivate init(_ response: FetchResponse) {
        let fault = ClerkErrors(parsing: response.content)?.faults.first
        switch response.status.code {
        case 200..<300: self = .made
        case 429: self = .limited(retryAfterSeconds: response.clampedRetryAfter)
        case 401: self = .hopeless("status 401\(fault.words): Clerk refuses the secret key")
        case 408, 409, 425, 500...599: self = .unclear("status \(response.status.code)\(fault.words)")
        default:
            // Without Clerk's envelope it is some proxy, or a wrong `apiUrl`, that answered.
            self =
                fault.map { .refused(code: $0.code) }
                ?? .hopeless("status \(response.status.code) without Clerk's errors: is clerk.apiUrl right?")
        }
    }
}
