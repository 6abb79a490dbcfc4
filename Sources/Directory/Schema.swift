/// Segue's own tables. Text compares byte by byte everywhere; the ledger is appended to, and its seal columns are
/// written once.
enum Schema {
    static let version = "3"
    static let tables =
        ["meta", "links", "ledger", "reviews", "overrides", "clerk_messages", "clerk_users", "revocations"]
        + ["people", "migrators", "budget", "traffic", "upgrades", "invitations"]

    /// What an earlier version's table lacks. New columns stand last, so that a table that grew is as one that was made.
    static let laterColumns = [(table: "ledger", column: "batch"), (table: "people", column: "digest")]

    static func addition(_ later: (table: String, column: String), _ dialect: Dialect) -> String {
        "ALTER TABLE \(dialect.state(later.table)) ADD COLUMN \(later.column) \(text(dialect))"
    }

    private static func text(_ dialect: Dialect) -> String { dialect == .postgres ? "text COLLATE \"C\"" : "TEXT" }

    static func statements(_ dialect: Dialect) -> [String] {
        let text = text(dialect)
        let time = dialect == .postgres ? "timestamptz" : "TEXT"
        let key = dialect == .postgres ? "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT"
        func table(_ name: String, _ columns: [String]) -> String {
            "CREATE TABLE IF NOT EXISTS \(dialect.state(name)) (\n    \(columns.joined(separator: ",\n    "))\n)"
        }
        return (dialect == .postgres ? ["CREATE SCHEMA IF NOT EXISTS segue"] : []) + [
            table("meta", ["key \(text) PRIMARY KEY", "value \(text) NOT NULL"]),
            table(
                "links",
                [
                    "user_id \(text) PRIMARY KEY", "clerk_user_id \(text) NOT NULL UNIQUE", "rule \(text) NOT NULL",
                    "request_id \(text)", "linked_at \(time) NOT NULL", "first_session_at \(time)", "tombstoned_at \(time)",
                ]),
            table(
                "ledger",
                [
                    "id \(key)", "at \(time) NOT NULL", "actor \(text) NOT NULL", "action \(text) NOT NULL", "user_id \(text)",
                    "clerk_user_id \(text)", "rule \(text)", "request_id \(text)", "detail \(text)", "position bigint UNIQUE",
                    "seal \(text)", "batch \(text)",
                ]),
            "CREATE INDEX IF NOT EXISTS \(index("ledger_clerk_user", dialect)) ON \(dialect.state("ledger")) (clerk_user_id)",
            "CREATE INDEX IF NOT EXISTS \(index("ledger_user", dialect)) ON \(dialect.state("ledger")) (user_id)",
            "CREATE INDEX IF NOT EXISTS \(index("ledger_unsealed", dialect)) ON \(dialect.state("ledger")) (id) WHERE position IS NULL",
            table(
                "reviews",
                [
                    "clerk_user_id \(text) NOT NULL", "candidate \(text) NOT NULL", "code \(text) NOT NULL",
                    "first_at \(time) NOT NULL",
                    "last_at \(time) NOT NULL", "count bigint NOT NULL", "PRIMARY KEY (clerk_user_id, candidate, code)",
                ]),
            table(
                "overrides",
                [
                    "route \(text) PRIMARY KEY", "mode \(text) NOT NULL", "base_mode \(text) NOT NULL", "actor \(text) NOT NULL",
                    "made_at_ms bigint NOT NULL", "expires_at_ms bigint",
                ]),
            table(
                "traffic",
                [
                    "route \(text) NOT NULL", "kind \(text) NOT NULL", "day \(text) NOT NULL", "requests bigint NOT NULL",
                    "first_at \(time) NOT NULL", "last_at \(time) NOT NULL", "PRIMARY KEY (route, kind, day)",
                ]),
            table("upgrades", ["credential \(text) PRIMARY KEY", "user_id \(text) NOT NULL", "at \(time) NOT NULL"]),
        ] + messages(dialect, text: text, time: time) + people(dialect, text: text, time: time)
            + [invitations(dialect, text: text, time: time)]
    }

    /// What Clerk's webhooks have told: which message came, the newest state of each user, and whose tokens are good no longer.
    private static func messages(_ dialect: Dialect, text: String, time: String) -> [String] {
        let messages = dialect.state("clerk_messages")
        return [
            "CREATE TABLE IF NOT EXISTS \(messages) (id \(text) PRIMARY KEY, received_at \(time) NOT NULL)",
            "CREATE INDEX IF NOT EXISTS \(index("clerk_messages_received", dialect)) ON \(messages) (received_at)",
            """
            CREATE TABLE IF NOT EXISTS \(dialect.state("clerk_users")) (
                clerk_user_id \(text) PRIMARY KEY, updated_at_ms bigint NOT NULL, deleted_at \(time)
            )
            """,
            "CREATE TABLE IF NOT EXISTS \(dialect.state("revocations")) (subject \(text) PRIMARY KEY, until_ms bigint NOT NULL)",
        ]
    }

    /// Who is on the way into Clerk, which processes take them there, and when the next call may be made.
    private static func people(_ dialect: Dialect, text: String, time: String) -> [String] {
        let people = dialect.state("people")
        return [
            """
            CREATE TABLE IF NOT EXISTS \(people) (
                user_id \(text) PRIMARY KEY, state \(text) NOT NULL, clerk_user_id \(text), batch \(text), owner \(text),
                code \(text), parameter \(text), updated_at \(time) NOT NULL, digest \(text)
            )
            """,
            "CREATE INDEX IF NOT EXISTS \(index("people_open", dialect)) ON \(people) (user_id) WHERE \(openPeople)",
            """
            CREATE TABLE IF NOT EXISTS \(dialect.state("migrators")) (
                owner \(text) PRIMARY KEY, batch \(text) NOT NULL, seen_at_ms bigint NOT NULL
            )
            """,
            "CREATE TABLE IF NOT EXISTS \(dialect.state("budget")) (class \(text) PRIMARY KEY, next_at_us bigint NOT NULL)",
        ]
    }

    /// Who was asked to come along, one row for each user. Of a token there is only its digest, and of an address.
    private static func invitations(_ dialect: Dialect, text: String, time: String) -> String {
        """
        CREATE TABLE IF NOT EXISTS \(dialect.state("invitations")) (
            user_id \(text) PRIMARY KEY, kind \(text) NOT NULL, token_digest \(text) UNIQUE, address_digest \(text) NOT NULL,
            clerk_user_id \(text), batch \(text), created_at \(time) NOT NULL, expires_at \(time) NOT NULL, sent_at \(time),
            failed_at \(time), failure \(text), opened_at \(time), accepted_at \(time), asks_until_ms bigint
        )
        """
    }

    /// Of `people`: there is still something to be done.
    static let openPeople = "state IN ('planned', 'creating', 'created', 'changed')"

    /// An index lives in its table's schema; SQLite has one name space for all.
    private static func index(_ name: String, _ dialect: Dialect) -> String { dialect == .postgres ? name : "segue_\(name)" }
}
