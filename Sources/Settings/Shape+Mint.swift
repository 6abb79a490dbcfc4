extension Shape {
    static let mint: Shape = .object([
        required("kind", .choice(["jwt", "base64", "session"]), "What the origin knows."),
        key("to", .string, standard: "\"bearer\"", "Where it looks: `bearer`, `cookie:NAME`, `scheme:NAME` or `header:NAME`."),
        key("secret", .secret, "Of kind `jwt`: the origin's HS256 secret, 32 bytes or more."),
        key("keyId", .string, "Of kind `jwt`: the `kid` of the token's header."),
        key(
            "claims", .map(.scalar),
            "Of kinds `jwt` and `base64`: numbers, true or false, texts, and `{user.id}`, `{user.id:number}`, `{user.clerkUserId}`, `{user.email}`, `{issued}`, `{expires}`, `{token.id}`. A `jwt` has `iat` and `exp` whether they are named or not."
        ),
        key("insert", .string, "Of kind `session`: the INSERT of a row with the token `$1` of the user `$2` that ends at `$3`."),
        key(
            "extend", .string,
            "Of kind `session`: the UPDATE … RETURNING that moves the end of the row with the token `$1` to `$2`; without it each Clerk token gets a row of its own."
        ),
    ])

    static let login: Shape = .object([
        key(
            "callback", .string,
            "The path at which Segue answers a POST with a Clerk session by saying whether its user is linked, after linking on first sight."
        ),
        key(
            "upgrade", .string,
            "The path at which Segue answers a POST with an old session by a ticket that signs its user in to Clerk, once for each session. See docs/upgrade.md."
        ),
    ])
}
