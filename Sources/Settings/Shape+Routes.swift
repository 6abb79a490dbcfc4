extension Shape {
    static let route: Shape = .object([
        required("name", .string, "For logs, metrics and `segue flip`."),
        required("match", match, "Which requests."),
        key("origin", .string, "Where they go; only `deny` and `answer` need none."),
        key(
            "answer", .words(of: Route.Answer.self),
            "In the place of an origin Segue answers a GET itself: `migrationStatus` is what `segue status --json` says, for callers whose row has a role of `linking.privilegedRoles`; others get 403 `not_privileged`. It is counted every 10 s at most."
        ),
        required("mode", .words(of: Mode.self), "Who passes; see the table of modes."),
        key(
            "optional", .bool, standard: "false",
            "A request without credentials is forwarded without identity; a bad one is still refused."),
        key("deny", .object([denyStatus]), "How `deny` answers."),
        key("encodedSlash", .bool, standard: "false", "Allow `%2F` in the path; it never separates segments."),
        key("set", set, "Parameters of the query and of the path that Segue writes where the caller is known."),
        key("require", require, "What must already be right where the caller is known; else 403 `not_yours`."),
        key("credentials", credentials, "Whether the origin still sees what proved the caller."),
        key(
            "upgradeFrom", .array(.string), standard: "[]",
            "Where Clerk's token may also stand when a request asks for an Upgrade: `query:NAME`, or `protocol:PREFIX` for an entry of `Sec-WebSocket-Protocol` that begins so. The origin does not get it; at most \(Route.upgradeSourcesMax)."
        ),
        key(
            "errors", .words(of: Route.ErrorProfile.self), standard: "\"detail\"",
            "The shape of Segue's own answers: FastAPI's, `{\"error\": …}`, or RFC 9457."),
        key("limits", .object([bodyBytes]), "Limits of this route."),
        key(
            "timeouts",
            .object([
                key(
                    "connectSeconds", .integer(1...300), standard: "the origin's",
                    "To get a connection: to open one, or to wait for one that is in use."),
                key(
                    "responseSeconds", .integer(1...3600), standard: "the origin's",
                    "From the end of the request to the head of the response."),
            ]), "Instead of those of the origin."),
        key("canary", canary, "Some callers of a route in `legacy`, `dual` or `clerk` are held to another mode."),
        key("mint", mint, "The origin's own old credential, made for linked callers who come with Clerk's."),
    ])

    private static let match: Shape = .object([
        key("host", .string, standard: "any host", "`api.example.com`, or `*.example.com` for every name below."),
        required("path", .string, "Segments: literal, `{name}` for any one, a final `*` for the rest. `/x/*` matches `/x` too."),
        key("methods", .array(.string), standard: "every method", "`GET` includes `HEAD`."),
    ])

    private static let canary: Shape = .object([
        required(
            "mode", .choice(Mode.allCases.filter(\.identifies).map(\.rawValue)),
            "What they are held to, once the route's own mode has let them in. It never makes a link."),
        required(
            "percent", .integer(0...100),
            "How many of all users; always the same ones, on every replica, and a larger number only adds some."),
    ])

    private static let denyStatus: Key = key(
        "status", .number(oneOf: [403, 410]), standard: "403", "403, or 410 for what is gone.")

    private static let set: Shape = .object([
        key(
            "query", .map(.string), standard: "{}",
            "Every copy of the parameter becomes one: `{user.id}`, `{user.clerkUserId}` or a literal."),
        key(
            "path", .map(.string), standard: "{}",
            "Segments that stand for a `{name}` of the path become such a value, encoded; the path must then still be this route's."
        ),
    ])

    private static let require: Shape = .object([
        key("query", .map(.string), standard: "{}", "Every copy must be equal, and there must be one; else 403 `not_yours`."),
        key("path", .map(.string), standard: "{}", "Segments that stand for a `{name}` of the path."),
        key(
            "json", .map(.string), standard: "{}",
            "Members of the content, a JSON object. It is held and checked whole; a member that is there twice is refused."),
        key("form", .map(.string), standard: "{}", "Members of the content, an URL-encoded form."),
        key(
            "contentBytes", .integer(1...1_048_576), standard: "65536",
            "Largest content that is held for `json` and `form`; a larger one is 413."),
    ])

    private static let credentials: Shape = .object([
        key("legacy", .words(of: Route.CredentialForwarding.Choice.self), standard: "\"keep\"", "Old credentials."),
        key("clerk", .words(of: Route.CredentialForwarding.Choice.self), standard: "\"drop\"", "Clerk's."),
    ])

    private static let bodyBytes: Key = key(
        "bodyBytes", .integer(0...1_099_511_627_776), standard: "`limits.bodyBytes`", "Largest request content.")
}
