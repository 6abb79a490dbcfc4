package import Authentication
package import Fetch
import HTTP
import JSON
package import Migration
package import Settings
package import Telemetry

/// `POST /v1/sign_in_tokens`. While Clerk limits our rate nobody calls, as for `GET /v1/users/{id}`.
package final class ClerkTicketsAPI: ClerkTickets {
    private let url: String
    private let fields: [FetchRequest.Field]
    private let client: FetchClient

    package init(_ settings: ClerkSettings, secretKey: Secret, client: FetchClient) {
        url = (settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL) + "/v1/sign_in_tokens"
        fields = ClerkBackendAPI.fields(secretKey: secretKey) + [.init("Content-Type", "application/json")]
        self.client = client
    }

    package func ticket(for user: ClerkUserID, seconds: Int) async -> TicketReply {
        var content = JSONWriter()
        content.beginObject()
        content.member("user_id", user.text)
        // Without it a ticket is good for thirty days.
        content.member("expires_in_seconds", Int64(seconds))
        content.endObject()
        let request = FetchRequest(
            .post, url, fields: fields, content: content.bytes, timeoutMilliseconds: Limits.userMilliseconds,
            responseBytesMax: Limits.userBytes)
        do throws(FetchError) { return TicketReply(try await client.send(request), for: user) } catch {
            return .unavailable(retryAfterSeconds: 1)
        }
    }
}

extension TicketReply {
    init(_ response: FetchResponse, for user: ClerkUserID) {
        switch response.status.code {
        case 200, 201: self = Self.ticket(response.content, user)
        case 404: self = .noSuchUser
        default:
            let seconds = response.retryAfterSeconds.map { min(max(1, $0), Limits.retryAfterSecondsMax) }
            self = .unavailable(retryAfterSeconds: seconds ?? (response.status.code == 429 ? Limits.retryAfterSeconds : 5))
        }
    }

    /// Only a ticket for this very user.
    private static func ticket(_ content: [UInt8], _ user: ClerkUserID) -> TicketReply {
        guard let reply = try? JSONValue(parsing: content), reply["object"]?.string == "sign_in_token",
            reply["user_id"]?.string == user.text, let ticket = reply["token"]?.string, !ticket.isEmpty
        else { return .unavailable(retryAfterSeconds: 5) }
        return .ticket(Secret(ticket))
    }
}
