extension Shape {
    static let legacy: Shape = .object([
        required("name", .string, "For logs and metrics."),
        required(
            "kind", .choice(["jwt", "session", "userinfo", "base64", "asserted"]),
            "`jwt`: a signed token; `session`: a row of a table; `userinfo`: whatever the old application knows; `base64`: an unsigned token; `asserted`: the id itself. The last two are `insecure`."
        ),
        required(
            "from", .array(.string),
            "`bearer`, `cookie:NAME`, `scheme:NAME`, `header:NAME`, `query:NAME`; at most \(LegacySettings.sourcesMax) in all entries together."
        ),
        key(
            "insecure", .bool, standard: "false",
            "Proves nothing about a person: passes requests in `legacy` and `dual`, never decides about a link. `base64` and `asserted` must say so. Beyond loopback `segue serve` needs `SEGUE_ALLOW_INSECURE=1`."
        ),
        key("algorithm", .words(of: LegacySettings.JWT.Algorithm.self), "`jwt`: the only algorithm that is accepted."),
        key("keys", .array(legacyKey), "`jwt`: the keys that tokens may be signed with."),
        key(
            "userId", .string,
            "The claim (`jwt`), or the member of the object (`base64`) or of the answer (`userinfo`; `user.id` for one within an object), that holds the internal user id."
        ),
        key("issuer", .string, "`jwt`: the exact `iss`; unchecked when absent."),
        key("audience", .string, "`jwt`: what `aud` must be or hold; unchecked when absent."),
        key("neverExpires", .bool, standard: "false", "`jwt`: accept tokens without `exp`."),
        key(
            "revoked", .string,
            "`jwt`: a query that yields a row when the token is revoked; `revokedBy` says what its parameters are."),
        key(
            "revokedBy", .words(of: LegacySettings.JWT.RevocationKey.self), standard: "\"jti\"",
            "`jwt`: what `revoked` asks by: `$1` is the `jti`; or the token's SHA-256 in hexadecimal; or the user id, with the `iat` in seconds as `$2`."
        ),
        key("active", .string, "`jwt`: a query that yields a row while the user in `$1` may use such tokens."),
        key("query", .string, "`session`: a query whose first column is the internal user id; `$1` is the token."),
        key(
            "cacheSeconds", .integer(0...3600), standard: "10 for `jwt` and `userinfo`, 30 for `session`",
            "How long an answer of the database or of the old application is believed."),
        key(
            "format", .words(of: LegacySettings.UnsignedToken.Format.self), standard: "\"json\"",
            "`base64`: a JSON object, or the id as text; in either alphabet of RFC 4648, with or without padding."),
        key(
            "url", .string,
            "`userinfo`: asked by GET with the credential where it stood in the request, and nothing else of it; 401 and 403 mean that it is nobody's, and all but 200 is trouble (503)."
        ),
    ])

    private static let legacyKey: Shape = .object([
        key("kid", .string, "The `kid` that selects this key; without it the key is tried for every token."),
        key("secret", .secret, "HS256: the shared secret, 32 bytes or more (RFC 7518 §3.2)."),
        key("publicKey", .string, "Other algorithms: a PEM public key."),
    ])

    static let directory: Shape = .object([
        key("url", .secret, standard: "`DATABASE_URL`; required", "`postgresql://…` or `sqlite:PATH`."),
        key("directUrl", .secret, standard: "`url`", "PostgreSQL past any pooler, for LISTEN."),
        key("prepared", .bool, standard: "true", "`false` behind PgBouncer in transaction mode."),
        key("connections", .integer(1...100), standard: "4", "Connections to PostgreSQL."),
        key("users", users, "The table of users and its columns; `null` where there is no such column."),
        key("mapping", mapping, "A table that holds links beside, or instead of, the column in the users table."),
        key("linking", linking, "When a Clerk user is linked to a row; required where a route accepts Clerk sessions."),
        key("provision", provision, "How a row for an unknown person is made; required by `unknown: \"provision\"`."),
        key(
            "sync", .array(.words(of: DirectorySettings.Synced.self)), standard: "[]",
            "Columns of `users` that follow later changes of the Clerk user, told by `clerk.webhooks`."),
    ])

    private static let users: Shape = .object([
        key("table", .string, standard: "\"users\"", "May be qualified: `app.users`."),
        key("id", .string, standard: "\"id\"", "The internal user id."),
        key("email", .string, "The e-mail address."),
        key("clerkUserId", .string, "Holds the link; equal to `id` where the id is the Clerk user id."),
        key("migratedAt", .string, "Set when the link is made."),
        key("passwordHash", .string, "Read when users are created in Clerk."),
        key("emailVerified", .string, "Whether the address was proved; needed by `legacyEmail: \"verified-column\"`."),
        key("active", .string, "Rows where it is false are refused."),
        key("role", .string, "Compared with `linking.privilegedRoles`."),
        key("firstName", .string, "For created rows, and for users created in Clerk."),
        key("lastName", .string, "For created rows, and for users created in Clerk."),
        key("createdAt", .string, "For created rows, and for users created in Clerk."),
        key("updatedAt", .string, "Set with every change."),
        key("name", .string, "First and last name in one column, split at the first space. Read by `segue migrate`."),
        key("username", .string, "Read by `segue migrate`."),
        key("phone", .string, "In E.164 form (`+15551234567`). Read by `segue migrate`."),
        key("totpSecret", .string, "In base32. Read by `segue migrate`."),
        key("backupCodes", .string, "A list with commas or blanks, or as JSON. Read by `segue migrate`."),
    ])

    private static let mapping: Shape = .object([
        required("table", .string, "May be qualified."),
        required("userId", .string, "The internal user id; unique."),
        required("clerkUserId", .string, "The Clerk user id; unique."),
        key("createdAt", .string, "Set when the link is made."),
    ])

    private typealias Linking = DirectorySettings.Linking
    private static let linking: Shape = .object([
        required(
            "legacyEmail", .words(of: Linking.LegacyEmail.self),
            "What an address in the users table proves: `trusted` (the old system verified each), `verified-column`, `untrusted`."),
        key(
            "unknown", .words(of: Linking.Unknown.self), standard: "\"refuse\"",
            "A Clerk user whose address no row has: refused, or given a row."),
        key(
            "provisionOn", .words(of: Linking.ProvisionOn.self), standard: "\"request\"",
            "When the row is made: when its user first comes, or when `clerk.webhooks` tells of them."),
        key("privilegedRoles", .array(.string), standard: "[]", "Rows with these roles are never linked by e-mail alone."),
        key("afterLink", .words(of: Linking.AfterLink.self), standard: "\"allow\"", "Old credentials of a linked person."),
        key(
            "afterDelete", .words(of: Linking.AfterDelete.self), standard: "\"deactivate\"",
            "The row of a user whom Clerk has deleted: `deactivate` (the column `users.active`, or else a tombstone in `segue.links`), `unlink`, or `remove`, which deletes rows that Segue has made and deactivates all others."
        ),
        key(
            "conflict", .words(of: Linking.Conflict.self), standard: "`clerk` where the old credential is a cookie, else `refuse`",
            "Two credentials for two users in one request."),
        key(
            "confirmation", .string,
            "The path of a page of Segue's where somebody with a Clerk session and an old credential says that both accounts are theirs. Without it `link_needs_confirmation` is settled by `segue link`."
        ),
        later("trustClaims", "claims never decide for a link; Segue reads the user from Clerk"),
    ])

    private static let provision: Shape = .object([
        required(
            "id", .words(of: DirectorySettings.Provision.IDRule.self),
            "`uuid`: a random one; `clerk`: the Clerk user id; `default`: the column's own."),
        key(
            "columns", .map(.string), standard: "{}",
            "A value for every other NOT NULL column, with `{first_name}`, `{last_name}`, `{email}`, `{clerk_user_id}`."),
    ])
}
