import Fetch
import HTTP
import Settings
import Telemetry

/// One credential and whom to ask about it. Nothing else of the client's request is sent: not its path, its other cookies or
/// its address.
struct UserInfoQuestion: Sendable, Hashable {
    /// Its name in the settings, for the log and the counters.
    let entry: String
    let settings: LegacySettings.UserInfo
    /// Where the credential stood, and so where it is put: a session in a cookie may mean nothing in a field.
    let source: CredentialSource
    let credential: Secret

    var request: FetchRequest {
        var url = settings.url
        var fields = [FetchRequest.Field("Accept", "application/json")]
        switch source {
        case .bearer: fields.append(.bearer(credential))
        case .scheme(let name): fields.append(.init("Authorization", prefixed(name + " ")))
        case .cookie(let name): fields.append(.init("Cookie", prefixed(name + "=")))
        case .header(let name): fields.append(.init(name, credential))
        case .query(let name): url += "?\(percentEncoded(name))=\(percentEncoded(credential.expose()))"
        }
        return FetchRequest(
            .get, url, fields: fields, timeoutMilliseconds: Limits.waitMilliseconds, responseBytesMax: Limits.answerBytes)
    }

    private func prefixed(_ text: String) -> Secret { Secret(Array(text.utf8) + credential.expose()) }
}
