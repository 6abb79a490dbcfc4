import Directory
package import JSON
import Telemetry

/// A first `routes.json`: every route in `observe`, so that the day it is put in front of an API nothing changes; every
/// name that could be found, and a list of what could not.
package struct Proposal: Sendable {
    package internal(set) var document: JSONValue = JSONValue(.null)
    /// What was found, a line each.
    package internal(set) var found: [String] = []
    package internal(set) var undecided: [Undecided] = []
    let surroundings: Surroundings

    package init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        var members: [JSONMember] = [
            JSONMember("version", .number(1)),
            JSONMember("listen", .array([.object([("address", .string(surroundings.listen ?? "127.0.0.1:8080"))])])),
            JSONMember(
                "admin",
                .object([("address", .string("127.0.0.1:9901")), ("token", .string("${SEGUE_ADMIN_TOKEN:-}"))])),
            // An origin may take more than Segue does by itself. Content streams through, so that its size costs no memory.
            JSONMember("limits", .object([("bodyBytes", .number(Self.bodyBytes))])),
        ]
        if let clerk = clerk() { members.append(JSONMember("clerk", clerk)) }
        let legacy = legacy()
        if !legacy.isEmpty { members.append(JSONMember("legacy", .array(legacy))) }
        if let directory = directory() { members.append(JSONMember("directory", directory)) }
        members.append(JSONMember("origins", .object([("api", .object([("servers", .array([.string(origin())]))]))])))
        members.append(JSONMember("routes", .array(routes())))
        document = JSONValue(.object(members))
    }

    /// Just enough for the settings to say how they read the URL of a database.
    package init(draftWith url: String) {
        surroundings = Surroundings(environment: [:])
        document = .object([
            ("version", .number(1)),
            ("directory", .object([("url", .string(url)), ("linking", .object([("legacyEmail", .string("untrusted"))]))])),
            ("origins", .object([("api", .object([("servers", .array([.string("http://127.0.0.1:9000")]))]))])),
            (
                "routes",
                .array([
                    .object([
                        ("name", .string("rest")), ("match", .object([("path", .string("/*"))])), ("origin", .string("api")),
                        ("mode", .string("observe")),
                    ])
                ])
            ),
        ])
    }

    package var text: String { document.indented + "\n" }

    /// 1 GiB.
    private static let bodyBytes: Int64 = 1 << 30

    mutating func note(_ key: String, _ reason: String, look whereToLook: String, entry: String? = nil) {
        undecided.append(Undecided(key, reason, look: whereToLook, entry: entry))
    }
}

// Who is in front, and who is behind.
extension Proposal {
    private mutating func origin() -> String {
        if let origin = surroundings.origin { return origin }
        if let server = surroundings.document?.servers.first.map(Self.withoutPath) {
            note(
                "origins.api.servers", "\(server) is what the OpenAPI document calls a server",
                look: "where the application listens; or --origin")
            return server
        }
        note(
            "origins.api.servers", "nobody says where the application listens",
            look: "its start command; or --origin http://HOST:PORT")
        return Self.standardOrigin
    }

    static let standardOrigin = "http://127.0.0.1:9000"

    static func withoutPath(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        return String(url[..<scheme.upperBound] + url[scheme.upperBound...].prefix { $0 != "/" })
    }

    private mutating func clerk() -> JSONValue? {
        let keys = ["CLERK_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "VITE_CLERK_PUBLISHABLE_KEY"]
        guard let key = keys.first(where: { surroundings.hasVariable($0) != nil }) else {
            note(
                "clerk", "CLERK_PUBLISHABLE_KEY is not set, so that Clerk's sessions are not counted",
                look: "dashboard.clerk.com, API keys; then run init again")
            return nil
        }
        found.append("clerk: \(key)")
        if surroundings.hasVariable("CLERK_SECRET_KEY") == nil {
            note(
                "clerk.secretKey", "CLERK_SECRET_KEY is not set; nobody can be linked without it",
                look: "dashboard.clerk.com, API keys")
        }
        var apps = surroundings.apps
        if apps.isEmpty {
            apps = ["https://app.example.com"]
            note(
                "clerk.authorizedParties", "the origins of the front ends are not known",
                look: "the address bar of each front end; or --app ORIGIN")
        }
        if surroundings.hasVariable("CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET") != nil {
            note(
                "clerk.webhooks", "the application receives Clerk's webhooks; Segue leaves them to it",
                look: "docs/webhooks.md")
        }
        return .object(
            [("publishableKey", .string("${CLERK_PUBLISHABLE_KEY}")), ("secretKey", .string("${CLERK_SECRET_KEY:-}"))]
                + elsewhere() + [("authorizedParties", .array(apps.map { .string($0) }))])
    }

    /// An instance that is not where its publishable key says, as the emulator's. Without the variables it is Clerk's own.
    private mutating func elsewhere() -> [(String, JSONValue)] {
        let places = [
            ("issuer", "SEGUE_CLERK_ISSUER", ""), ("jwksUrl", "SEGUE_CLERK_JWKS_URL", ""),
            ("apiUrl", "CLERK_API_URL", "https://api.clerk.com"),
        ].filter { surroundings.hasVariable($0.1) != nil }
        found += places.map { "clerk.\($0.0): \($0.1)" }
        return places.map { key, variable, standard in (key, .string("${\(variable):-\(standard)}")) }
    }

    private mutating func routes() -> [JSONValue] {
        var routes: [JSONValue] = []
        if let document = surroundings.document {
            let (groups, others) = RouteGroups.of(document.paths)
            found.append("routes: \(counted(groups.count, "group")) of \(counted(document.paths.count, "path"))")
            if !others.isEmpty {
                note(
                    "routes",
                    "\(counted(others.count, "path belongs", "paths belong")) to no group and \(others.count == 1 ? "goes" : "go") by the catch-all",
                    look: others.prefix(3).joined(separator: " "))
            }
            for asserted in document.assertedUsers {
                note(
                    "routes[].set",
                    "\(counted(asserted.operations, "operation takes", "operations take")) \(asserted.parameter) from the query, where anybody may write anybody's",
                    look:
                        "before a route leaves observe: \"set\": { \"query\": { \"\(asserted.parameter)\": \"{user.id}\" } }, or require"
                )
            }
            routes = groups.map { route($0.name, $0.pattern) }
        } else {
            note(
                "routes", "without an OpenAPI document there is one route for everything",
                look: "--openapi FILE; FastAPI serves one at /openapi.json")
        }
        return routes + [route("rest", "/*")]
    }

    /// `%2F` passes, as it did before.
    private func route(_ name: String, _ path: String) -> JSONValue {
        .object([
            ("name", .string(name)), ("match", .object([("path", .string(path))])), ("origin", .string("api")),
            ("encodedSlash", .bool(true)), ("mode", .string("observe")),
        ])
    }
}
