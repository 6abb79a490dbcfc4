extension Shape {
    static let clerk: Shape = .object([
        key(
            "publishableKey", .string, standard: "`CLERK_PUBLISHABLE_KEY`",
            "Names the instance: the issuer and the key set follow from it."),
        key("secretKey", .secret, standard: "`CLERK_SECRET_KEY`", "Reads users from Clerk; without it nobody new is linked."),
        key(
            "jwtKey", .string, standard: "`CLERK_JWT_KEY`",
            "A PEM public key: verification without the network; no key set is fetched."),
        key(
            "issuer", .string, standard: "from `publishableKey`",
            "The exact `iss` of session tokens; needed where the Frontend API is proxied."),
        key("jwksUrl", .string, standard: "`issuer` + `/.well-known/jwks.json`", "Where the key set is fetched."),
        key("apiUrl", .string, standard: "`CLERK_API_URL`, else \"https://api.clerk.com\"", "The Backend API."),
        key(
            "authorizedParties", .array(.string), standard: "[]",
            "The origins whose pages may have obtained a session token (claim `azp`), exactly."),
        key(
            "requireAuthorizedParty", .bool, standard: "true",
            "`false` admits a token without `azp`, as native apps send, never one with a wrong one."),
        key("keys", keys, "How the key set is kept fresh."),
        key("webhooks", webhooks, "Where Clerk tells of changes; see docs/webhooks.md."),
    ])

    private static let keys: Shape = .object([
        key("refreshSeconds", .integer(10...86_400), standard: "300", "How often the key set is fetched."),
        key("cooldownSeconds", .integer(1...3600), standard: "10", "After a burst of 3, one fetch for unknown keys in this time."),
        key("overlapSeconds", .integer(0...3600), standard: "90", "How long a key that left the set stays good: tokens live 60 s."),
        key(
            "maxStaleSeconds", .integer(60...2_592_000), standard: "86400", "How long old keys serve while Clerk cannot be reached."
        ),
    ])

    private static let webhooks: Shape = .object([
        required("path", .string, "The path on the public listeners, which Segue answers itself."),
        key(
            "secrets", .array(.secret), standard: "`CLERK_WEBHOOK_SIGNING_SECRET`", "`whsec_…`; several while one replaces another."
        ),
        key(
            "tee", .bool, standard: "false",
            "Also forward each event, once it has taken effect, to the origin of the route that takes this path; its answer is then the answer."
        ),
    ])
}
