import Authentication
import HTTP
import Invitations
import Settings
import Telemetry

/// Where a browser keeps the token of an invitation while its owner signs in. It goes to the page of invitations and nowhere else.
struct InvitationCookie {
    private let name: String
    private let page: String
    private let isSecure: Bool

    init(_ settings: InvitationSettings) {
        // RFC 6265bis §4.1.3.1: a browser takes this name over TLS only.
        name = settings.isSecure ? "__Secure-segue-invitation" : "segue-invitation"
        (page, isSecure) = (settings.page, settings.isSecure)
    }

    func set(_ token: InvitationToken, hours: Int) -> String { field(token.text.exposeText(), seconds: hours * 3_600) }

    var clear: String { field("", seconds: 0) }

    /// `Lax`: a link in mail comes from another site. The POST that links is not sent with it from there.
    private func field(_ value: String, seconds: Int) -> String {
        "Set-Cookie: \(name)=\(value); Path=\(page); Max-Age=\(seconds); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")\r\n"
    }

    /// `nil` where there is none, or more than one: then somebody has planted one.
    func token(in section: FieldSection) -> String? {
        var found: [String] = []
        for line in section.lines where line.known == .cookie {
            var pairs = CookiePairs(of: line.value)
            while let pair = pairs.next(in: section.bytes) {
                if section.string(pair.name) == name { found.append(section.string(pair.value)) }
            }
        }
        return found.count == 1 ? found[0] : nil
    }

    static func token(ofQueryIn head: RequestHead) -> String? {
        guard let query = head.query else { return nil }
        var parameters = QueryParameters(of: query)
        var found: [String] = []
        while let parameter = parameters.next(in: head.section.bytes) {
            if head.section.string(parameter.name) == "token" { found.append(head.section.string(parameter.value)) }
        }
        return found.count == 1 ? found[0] : nil
    }
}
