import JSON
import Telemetry

/// What a token of the instance says: a session token as Clerk mints it, in its first or second version, or a token from
/// a JWT template.
struct TokenClaims {
    enum Kind {
        case session(version: Int)
        case template
    }

    let kind: Kind
    let issuer: String
    let user: String
    let session: String
    let authorizedParty: String?
    let issued: UnixTime
    let lifetimeSeconds: Int64
    /// `act`: who impersonates the user.
    var actor: JSONValue?
    /// `sts` of a second-version token: `active` or `pending`.
    var sessionStatus = "active"

    static let sessionLifetimeSeconds: Int64 = 60

    func header(kid: String) -> JSONValue {
        var members = [JSONMember("alg", .text("RS256"))]
        switch kind {
        // Tokens of the first version are older than categories.
        case .session(version: 1): break
        case .session: members.append(JSONMember("cat", .text("cl_B7d4PD111AAA")))
        case .template: members.append(JSONMember("cat", .text("cl_B7d4PD222AAA")))
        }
        return JSONValue(.object(members + [JSONMember("kid", .text(kid)), JSONMember("typ", .text("JWT"))]))
    }

    func claims(tokenID: String) -> JSONValue {
        var members: [JSONMember] = []
        if let authorizedParty { members.append(JSONMember("azp", .text(authorizedParty))) }
        members.append(JSONMember("exp", .number(issued.seconds + lifetimeSeconds)))
        members.append(JSONMember("iat", .number(issued.seconds)))
        members.append(JSONMember("iss", .text(issuer)))
        members.append(JSONMember("sub", .text(user)))
        switch kind {
        case .template:
            members += [JSONMember("jti", .text(tokenID)), JSONMember("nbf", .number(issued.seconds - 5))]
        case .session(version: 1):
            members += sessionMembers
        case .session:
            members += sessionMembers
            members += [JSONMember("jti", .text(tokenID)), JSONMember("sts", .text(sessionStatus)), JSONMember("v", .number(2))]
            members += [JSONMember("pla", .text("u:free")), JSONMember("fea", .text(""))]
        }
        if let actor { members.append(JSONMember("act", actor)) }
        return JSONValue(.object(members))
    }

    private var sessionMembers: [JSONMember] {
        let ages = JSONValue(.array([.number(0), .number(-1)]))
        return [JSONMember("sid", .text(session)), JSONMember("nbf", .number(issued.seconds - 10)), JSONMember("fva", ages)]
    }
}

extension JSONValue {
    static func text(_ text: String) -> JSONValue { JSONValue(.string(text)) }
    static func number(_ number: Int64) -> JSONValue { JSONValue(.number(JSONNumber(number))) }

    /// With members replaced or added; `null` takes one away.
    func overridden(by changes: JSONValue?) -> JSONValue {
        guard var members = object, let changes = changes?.object else { return self }
        for change in changes {
            members.removeAll { $0.name == change.name }
            if !change.value.isNull { members.append(change) }
        }
        return JSONValue(.object(members))
    }
}
