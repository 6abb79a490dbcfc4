// The keys of `routes.json`, outside in. What belongs to Clerk and to the old system stands in files of its own.
extension Shape {
    static let file: Shape = .object([
        key("$schema", .string, "Where an editor finds the JSON Schema; Segue does not read it."),
        required("version", .number(oneOf: [1]), "The version of this format."),
        key(
            "workers", .integer(0...256), standard: "0",
            "Threads that serve requests; 0 is one per core. It changes with the next start."),
        key(
            "listen", .array(listen), standard: "[{\"address\": \"0.0.0.0:8080\"}]",
            "Where clients connect. It changes with the next start."),
        key("admin", admin, "The listener for operators; without it there is none."),
        key(
            "trustedProxies", .array(.string), standard: "[]",
            "Networks (`10.0.0.0/8`) whose `X-Forwarded-*` and `Forwarded` are believed, walked from the right."),
        key(
            "stateDirectory", .string,
            "Where the last good key set is kept across restarts. Without it a process that starts while Clerk is away knows no key."
        ),
        key("limits", limits, "Limits on connections of clients."),
        key("log", log, "What is logged."),
        key("shutdown", .object([drain]), "How the process ends."),
        key("path", .object([slashes]), "How paths are read."),
        key("csrf", csrf, "Requests that a browser makes for another site's page."),
        key("clerk", clerk, "The Clerk instance; needed by routes in `dual` or `clerk`."),
        key("legacy", .array(legacy), standard: "[]", "The old credentials; needed by routes in `legacy` or `dual`."),
        key("directory", directory, "The users table; needed by routes in `legacy`, `dual` or `clerk`."),
        key("migrate", migrate, "What Clerk is told of a row, beyond what `directory.users` names; read by `segue migrate`."),
        key("origins", .map(origin), standard: "{}", "The servers behind Segue, by a name that routes use."),
        key("identity", identity, "The fields that tell an origin who is calling; `null` does not send one."),
        key(
            "cors", cors,
            "Which web sites may read answers. With it Segue answers preflights and sets every CORS field; an origin's own are removed."
        ),
        key("login", login, "Questions about a sign-in that Segue answers itself."),
        key("smtp", smtp, "The server that takes Segue's mail; needed by `invitations`."),
        key("invitations", invitations, "How people are asked to take their old account along; see docs/invitations.md."),
        required("routes", .array(route), "What is forwarded where, and to whom; the order does not matter."),
    ])

    private static let listen: Shape = .object([
        required("address", .string, "`127.0.0.1:8080`, `[::]:8080`; port 0 lets the system choose one."),
        later("tls", "terminate TLS in front of Segue, and put that server into trustedProxies"),
    ])

    private static let admin: Shape = .object([
        required("address", .string, "Like that of `listen`; keep it off public networks. It changes with the next start."),
        key("token", .secret, standard: "`SEGUE_ADMIN_TOKEN`", "Opens `/admin/…`, which answers 403 without one."),
    ])

    private static let limits: Shape = .object([
        key(
            "requestLineBytes", .integer(512...65_536), standard: "8192",
            "Longest request line: browsers stop near 2,000, RFC 9112 §3 asks for 8,000."),
        key(
            "headerBytes", .integer(1024...262_144), standard: "32768",
            "Longest header section, request line included; Clerk's cookie alone may be 4 KiB."),
        key("headerCount", .integer(16...1000), standard: "100", "Most field lines; browsers send about 30."),
        key(
            "bodyBytes", .integer(0...1_099_511_627_776), standard: "10485760",
            "Largest request content, unless the route says otherwise."),
        key(
            "headerSeconds", .integer(1...300), standard: "10", "From the first byte of a request to the end of its header section."
        ),
        key("bodyIdleSeconds", .integer(1...3600), standard: "30", "Longest silence while a body is under way."),
        key("idleSeconds", .integer(1...3600), standard: "75", "How long a kept-alive connection may wait for its next request."),
        key(
            "halfClosedSeconds", .integer(0...3600), standard: "1",
            "How long after its FIN a client that waits for an answer is first asked, by an interim 100, whether it still reads; the pauses double. 0 never asks."
        ),
        key("connections", .integer(1...1_000_000), standard: "10000", "Client connections of the process."),
        key(
            "tunnels", .integer(1...1_000_000), standard: "5000",
            "Upgraded connections (WebSocket) of the process; not above `connections`, nor by default."),
        key("tunnelIdleSeconds", .integer(1...86_400), standard: "3600", "Longest silence of an upgraded connection (WebSocket)."),
    ])

    private static let log: Shape = .object([
        key("level", .words(of: Log.Level.self), standard: "\"info\"", "The least important lines that are written."),
        key("access", .bool, standard: "true", "One line per request."),
    ])

    private static let drain: Key = key(
        "drainSeconds", .integer(0...3600), standard: "30",
        "How long requests under way may take after SIGTERM; less than what the supervisor allows.")

    private static let slashes: Key = key(
        "slashes", .words(of: PathRules.Slashes.self), standard: "\"merge\"",
        "`//` in a path: `merge` into one before matching and forwarding, or `refuse` with 400.")

    private static let csrf: Shape = .object([
        key(
            "allowedOrigins", .array(.string), standard: "`clerk.authorizedParties`",
            "Origins whose pages may send cookie credentials."),
        key(
            "strict", .bool, standard: "false",
            "Also refuse cookie credentials without `Sec-Fetch-Site` and `Origin`, which only programs send."),
    ])

    private static let origin: Shape = .object([
        required("servers", .array(.string), "`http://HOST:PORT`, used in turn."),
        key("timeouts", timeouts, "How long Segue waits for these servers."),
        key(
            "connections", .integer(1...65_536), standard: "256",
            "Connections that one worker has to these servers at most; tunnels are not counted."),
        key(
            "waiting", .integer(1...65_536), standard: "1024",
            "Requests of one worker that may wait for such a connection, for `connectSeconds` at most; the next is answered 503."),
        key("headerBytes", .integer(1024...262_144), standard: "65536", "Longest header section of a response."),
        key("headerCount", .integer(16...1000), standard: "200", "Most field lines of a response."),
        key(
            "caseInsensitivePaths", .bool, standard: "false",
            "The origin takes `/Admin` for `/admin`; its routes then match both, so that no spelling gets around one."),
        later("tls", "put a local proxy that speaks TLS to the origin between, such as stunnel, and name its http:// address"),
    ])

    static let timeouts: Shape = .object([
        key("connectSeconds", .integer(1...300), standard: "5", "To open a connection; a lost SYN is sent again after 1 s."),
        key("responseSeconds", .integer(1...3600), standard: "60", "From the end of the request to the head of the response."),
        key("idleSeconds", .integer(1...3600), standard: "30", "How long an unused connection to an origin is kept."),
    ])

    private static let identity: Shape = .object([
        key("userId", .string, standard: "\"X-User-Id\"", "The internal user id; always sent."),
        key("clerkUserId", .string, standard: "\"X-Clerk-User-Id\"", "The Clerk user id of a linked caller."),
        key("email", .string, standard: "null", "The caller's e-mail address."),
        key("method", .string, standard: "\"X-Auth-Method\"", "How the caller was proved: `legacy` or `clerk`."),
        key("migrated", .string, standard: "\"X-Auth-Migrated\"", "Whether the caller is linked."),
        key(
            "assertion", .string, standard: "null",
            "A field for a signed JWT that says the same for 60 seconds and this request: for origins that others can reach."),
        key(
            "assertionKey", .secret,
            "What signs it: a secret of 32 bytes or more (HS256) or a PEM private key (EdDSA, ES256, RS256)."),
        key("assertionKeyId", .string, "The `kid` of its header."),
    ])

    private static let cors: Shape = .object([
        required("allowedOrigins", .array(.string), "Origins (`https://app.example.com`) whose pages may read answers."),
        key("credentials", .bool, standard: "false", "Whether they may do so with cookies."),
        key("exposedHeaders", .array(.string), standard: "[]", "Fields of answers that their scripts may read."),
        key(
            "maxAgeSeconds", .integer(0...86_400), standard: "600", "How long a browser may remember the answer to a preflight."),
    ])
}
