import JSON
import Telemetry

// Old credentials that a document points at and cannot prove: whether the application goes by them, a person must say. None is
// proposed unasked, since a gateway that believed them would believe anybody.
extension Proposal {
    /// Ids that clients assert, and tokens that are encoded and not signed.
    mutating func noteUnproved(isTokenKnown: Bool) {
        guard let document = surroundings.document else { return }
        let asserted = document.assertedUsers.map { ("query", $0) } + document.assertedFields.map { ("header", $0) }
        for (place, (name, operations)) in asserted {
            note(
                "legacy.asserted",
                "\(counted(operations, "operation takes", "operations take")) \(name) from the \(place == "query" ? place : "fields")",
                look:
                    "whether the application believes it where nothing else says who is calling; it proves nothing, so the entry is insecure: loopback only, and never a reason for a link",
                entry: entry(named: "asserted", from: ["\(place):\(name)"], []))
        }
        if document.namesBase64 || document.takesBearer && !isTokenKnown {
            note(
                "legacy.base64",
                document.namesBase64
                    ? "the document speaks of Base64, which is no signature"
                    : "a token that is no JWT may be mere Base64, which is no signature",
                look: "what `base64 -d` makes of one, and which member holds the id; insecure, as above",
                entry: entry(
                    named: "base64", from: document.takesBearer ? ["bearer"] : places(document),
                    [("format", .string("json")), ("userId", .string("user_id"))]))
        }
    }

    /// The application itself can be asked whose a credential is that nobody else can read.
    mutating func noteOwnPath(isAnyKnown: Bool) {
        guard let document = surroundings.document, let path = document.ownPath, !isAnyKnown else { return }
        let origin = surroundings.origin ?? document.servers.first.map(Self.withoutPath) ?? Self.standardOrigin
        note(
            "legacy.me", "GET \(path) says whose a credential is",
            look: "its answer, for the member with the id of the users table",
            entry: entry(
                named: "me", kind: "userinfo", from: places(document),
                [("url", .string(origin + path)), ("userId", .string("id"))]))
    }

    private func places(_ document: OpenAPIDocument) -> [String] {
        let places =
            (document.takesBearer ? ["bearer"] : []) + document.cookies.map { "cookie:\($0)" }
            + document.fields.map { "header:\($0)" }
        return places.isEmpty ? ["bearer"] : places
    }

    private func entry(named name: String, kind: String? = nil, from: [String], _ more: [(String, JSONValue)]) -> String {
        var members: [(String, JSONValue)] = [
            ("name", .string(name)), ("kind", .string(kind ?? name)), ("from", .array(from.map { .string($0) })),
        ]
        members += more
        if kind == nil { members.append(("insecure", .bool(true))) }
        var writer = JSONWriter()
        writer.value(.object(members))
        return writer.text
    }
}
