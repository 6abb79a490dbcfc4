import Crypto
import JOSE
import JSON
import SQLite
import Sockets
import Telemetry

/// The application's own database, as it was before Segue came, and what Segue writes beside it.
struct DemoDatabase {
    let path: String
    private let connection: SQLiteDatabase

    init(path: String) throws {
        self.path = path
        connection = try SQLiteDatabase(path: path, creates: true)
        try connection.execute(
            """
            CREATE TABLE users (
                id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hashed_password TEXT,
                role TEXT NOT NULL DEFAULT 'user', clerk_user_id TEXT, migrated_at TEXT,
                created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
            CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, expires_at TEXT NOT NULL);
            """)
    }

    /// Adds somebody who has signed in with the application's password.
    func addPerson(_ name: String, _ email: String, signingWith secret: Secret) throws -> DemoPerson {
        let id = UUIDText.fresh()
        let session = Secret("demo-\(Hexadecimal.encode(RandomBytes.make(16)))")
        try connection.rows("INSERT INTO users (id, email, name) VALUES ($1, $2, $3)", [.text(id), .text(email), .text(name)])
        try connection.rows(
            "INSERT INTO sessions VALUES ($1, $2, datetime('now', '+1 day'))", [.text(session.exposeText()), .text(id)])
        return DemoPerson(name: name, id: id, email: email, legacyToken: try token(of: id, secret), sessionToken: session)
    }

    private func token(of id: String, _ secret: Secret) throws -> Secret {
        let now = Clock.wallMilliseconds() / 1000
        var claims = JSONWriter()
        claims.beginObject()
        claims.key("user_id")
        claims.string(id)
        claims.key("iat")
        claims.int(now)
        claims.key("exp")
        claims.int(now + 86_400)
        claims.endObject()
        return try TokenSigner(secret, keyID: nil).sign(claims: claims.bytes)
    }

    // MARK: What Segue wrote

    func clerkUser(of person: DemoPerson) throws -> String? {
        try connection.rows("SELECT clerk_user_id FROM users WHERE id = $1", [.text(person.id)]).first?[0].text
    }

    struct LedgerRow {
        let action, rule, user, requestID: String
    }

    func ledger(of clerkUser: String) throws -> [LedgerRow] {
        let rows = try connection.rows(
            "SELECT action, rule, user_id, request_id FROM segue_ledger WHERE clerk_user_id = $1 ORDER BY id", [.text(clerkUser)])
        return rows.map { row in
            LedgerRow(
                action: row[0].text ?? "", rule: row[1].text ?? "", user: row[2].text ?? "", requestID: row[3].text ?? "")
        }
    }

    struct ReviewRow {
        let candidate, code, count: String
    }

    func reviews(of clerkUser: String) throws -> [ReviewRow] {
        let rows = try connection.rows(
            "SELECT candidate, code, count FROM segue_reviews WHERE clerk_user_id = $1", [.text(clerkUser)])
        return rows.map { ReviewRow(candidate: $0[0].text ?? "", code: $0[1].text ?? "", count: $0[2].text ?? "") }
    }
}

/// A row of the application's users table, with what its owner signed in with before there was Clerk.
struct DemoPerson: Sendable {
    let name: String
    let id: String
    let email: String
    /// A JWT of the application, as its login made it.
    let legacyToken: Secret
    /// The cookie of a row in its sessions table.
    let sessionToken: Secret
}

/// A random UUID (RFC 9562 §5.4), as applications name their users.
enum UUIDText {
    static func fresh() -> String {
        var bytes = RandomBytes.make(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hexadecimal.encode(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}
