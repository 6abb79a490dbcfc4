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
        case .query(let name): url += "?\(percentEncoded(Array(name.utf8)))=\(percentEncoded(credential.expose()))"
        }
        return FetchRequest(
            .get, url, fields: fields, timeoutMilliseconds: Limits.waitMilliseconds, responseBytesMax: Limits.answerBytes)
    }

    private func prefixed(_ text: String) -> Secret { Secret(Array(text.utf8) + credential.expose()) }

    /// Everything but unreserved characters (RFC 3986 §2.3).
    private func percentEncoded(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
