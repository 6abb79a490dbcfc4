import Directory
import JSON
import Settings
import Setup
import Testing

@Suite struct ProposalTests {
    private static let id = SurveyedColumn("id", .uuid)
    private static let email = SurveyedColumn("email", .text)

    private func table(_ name: String, _ columns: SurveyedColumn..., to users: String? = nil) -> SurveyedTable {
        var (columns, references) = ([Self.id] + columns, [SurveyedTable.Reference]())
        if let users {
            columns.append(SurveyedColumn("user_id", .uuid))
            references.append(.init(column: "user_id", table: users))
        }
        return SurveyedTable(name: name, columns: columns, key: "id", references: references)
    }

    private func proposal(
        _ tables: [SurveyedTable], users: String = "users", environment: [String: String] = [:], openAPI: String? = nil,
        _ change: (inout Surroundings) -> Void = { _ in }
    ) throws -> Proposal {
        var surroundings = Surroundings(environment: environment)
        var database = Surroundings.Database(url: "postgresql://h/db", isSQLite: false, survey: DatabaseSurvey(tables: tables))
        database.users = tables.first { $0.name == users }
        surroundings.database = database
        surroundings.document = try openAPI.map { try OpenAPIDocument(parsing: Array($0.utf8)) }
        change(&surroundings)
        return Proposal(surroundings)
    }

    private func undecided(_ proposal: Proposal) -> [String] { proposal.undecided.map(\.key) }

    // MARK: The users table

    private func best(_ tables: SurveyedTable...) -> String? {
        UsersTableFinder(DatabaseSurvey(tables: tables)).candidates.first?.table.name
    }

    @Test func `the table that others point at and that has passwords holds the users`() {
        let password = SurveyedColumn("password_hash", .text)
        #expect(best(table("user_events", Self.email), table("users", Self.email)) == "users")
        #expect(best(table("newsletter", Self.email), table("people", Self.email, password)) == "people")
        #expect(best(table("auth_user", Self.email, password), table("profiles", to: "auth_user")) == "auth_user")
        #expect(best(table("app.user", Self.email), table("user_settings", to: "app.user")) == "app.user")
        #expect(best(table("posts"), table("newsletters")) == nil)
        #expect(best(SurveyedTable(name: "users", columns: [Self.email], key: nil)) == nil, "without a key nobody can be named")
    }

    @Test func `columns are found by whatever spelling their authors chose`() {
        let columns = ["ID", "emailAddress", "passwordDigest", "clerkUserID", "isEmailVerified", "firstName", "createdAt"]
        let kinds: [SurveyedColumn.Kind] = [.uuid, .text, .text, .text, .boolean, .text, .time]
        let names = ColumnNames(
            SurveyedTable(name: "users", columns: zip(columns, kinds).map { SurveyedColumn($0, $1) }, key: "ID"))
        #expect(names.email == "emailAddress" && names.passwordHash == "passwordDigest" && names.clerkUserID == "clerkUserID")
        #expect(names.emailVerified == "isEmailVerified" && names.firstName == "firstName" && names.createdAt == "createdAt")
    }

    @Test func `a column of the wrong kind is another's`() {
        let columns = [
            SurveyedColumn("active", .text), SurveyedColumn("email_verified", .text), SurveyedColumn("created_at", .text),
        ]
        let names = ColumnNames(SurveyedTable(name: "users", columns: columns, key: nil))
        #expect(names.active == nil && names.emailVerified == nil && names.createdAt == nil)
    }

    @Test func `a row that is locked out in another way is left to a person`() throws {
        let proposal = try proposal([table("users", Self.email, SurveyedColumn("is_banned", .boolean))])
        #expect(undecided(proposal).contains("directory.users.active"))
        #expect(!proposal.text.contains("is_banned"))
    }

    // MARK: Links

    @Test func `a link column that is still to be made is named, and not said to be there`() throws {
        let made = try proposal([table("users", Self.email)])
        #expect(made.document["directory"]?["users"]?["clerkUserId"]?.string == "clerk_user_id")
        #expect(undecided(made).contains("directory.users.clerkUserId"))
        #expect(!made.found.joined().contains("clerk_user_id"))
        let unfit = try proposal([table("users", Self.email, SurveyedColumn("clerk_user_id", .uuid))])
        #expect(unfit.document["directory"]?["users"]?["clerkUserId"] == nil)
        let mapped = try proposal([table("users", Self.email), table("links", SurveyedColumn("clerk_user_id", .text), to: "users")])
        #expect(mapped.document["directory"]?["mapping"] != nil)
        #expect(mapped.document["directory"]?["users"]?["clerkUserId"] == nil)
    }

    @Test func `an instance elsewhere is named by its variables`() throws {
        let key = ["CLERK_PUBLISHABLE_KEY": "pk_test_cHJlc2VudC13YXNwLTUzLmNsZXJrLmFjY291bnRzLmRldiQ"]
        let plain = try proposal([], environment: key).document["clerk"]
        #expect(plain != nil && plain?["issuer"] == nil && plain?["jwksUrl"] == nil && plain?["apiUrl"] == nil)
        let elsewhere = [
            "SEGUE_CLERK_ISSUER": "http://127.0.0.1:9100", "SEGUE_CLERK_JWKS_URL": "http://127.0.0.1:9100/.well-known/jwks.json",
            "CLERK_API_URL": "http://127.0.0.1:9100",
        ]
        let environment = key.merging(elsewhere) { $1 }
        let made = try proposal([], environment: environment)
        #expect(made.document["clerk"]?["issuer"]?.string == "${SEGUE_CLERK_ISSUER:-}")
        let loaded = try SettingsLoader.load(Array(made.text.utf8), path: "routes.json", environment: environment)
        #expect(loaded.settings.clerk?.issuer == "http://127.0.0.1:9100")
        #expect(loaded.settings.clerk?.apiURL == "http://127.0.0.1:9100")
        #expect(throws: Never.self) { try SettingsLoader.load(Array(made.text.utf8), path: "routes.json", environment: key) }
    }

    @Test func `ids that are Clerk's make no link column`() throws {
        let users = SurveyedTable(name: "users", columns: [SurveyedColumn("id", .text), Self.email], key: "id")
        let keyed = try proposal([users]) { $0.database?.ids = ["user_2a", "user_2b"] }
        #expect(keyed.document["directory"]?["users"]?["clerkUserId"]?.string == "id")
        for ids in [["user_2a", "4711"], []] {
            let other = try proposal([users]) { $0.database?.ids = ids }
            #expect(other.document["directory"]?["users"]?["clerkUserId"]?.string == "clerk_user_id")
            #expect(undecided(other).contains("directory.users.clerkUserId"))
        }
    }

    @Test func `an address counts as proved only where a column says so`() throws {
        let without = try proposal([table("users", Self.email)])
        #expect(without.document["directory"]?["linking"]?["legacyEmail"]?.string == "untrusted")
        #expect(undecided(without).contains("directory.linking.legacyEmail"))
        let with = try proposal([table("users", Self.email, SurveyedColumn("email_verified_at", .time))])
        #expect(with.document["directory"]?["linking"]?["legacyEmail"]?.string == "verified-column")
    }

    @Test func `roles that are more than a user's are privileged`() throws {
        let users = table("users", Self.email, SurveyedColumn("role", .text))
        let found = try proposal([users]) { $0.database?.roles = ["user", "Admin", "co-owner"] }
        #expect(found.document["directory"]?["linking"]?["privilegedRoles"]?.array?.compactMap(\.string) == ["Admin", "co-owner"])
        let guessed = try proposal([users]) { $0.database?.roles = ["user"] }
        #expect(undecided(guessed).contains("directory.linking.privilegedRoles"))
    }

    @Test func `a pooler in transaction mode has nothing prepared`() throws {
        let proposal = try proposal([table("users", Self.email)]) { $0.database?.pooling = .transaction }
        #expect(proposal.document["directory"]?["prepared"]?.bool == false)
        #expect(undecided(proposal).contains("directory.directUrl"))
    }

    // MARK: Old credentials

    private let token = SurveyedColumn("token", .text)

    private func query(_ sessions: SurveyedTable) throws -> String? {
        try proposal([table("users", Self.email), sessions]).document["legacy"]?.array?.first?["query"]?.string
    }

    @Test func `a session is over when its row says so`() throws {
        #expect(try query(table("sessions", token, to: "users")) == "SELECT user_id FROM sessions WHERE token = $1")
        #expect(
            try query(
                table(
                    "user_sessions", token, SurveyedColumn("expires_at", .time), SurveyedColumn("revoked_at", .time),
                    SurveyedColumn("is_active", .boolean), to: "users"))
                == "SELECT user_id FROM user_sessions WHERE token = $1 AND expires_at > now() AND revoked_at IS NULL AND is_active")
        #expect(
            try query(table("Session", SurveyedColumn("sessionToken", .text), to: "users"))
                == "SELECT user_id FROM \"Session\" WHERE \"sessionToken\" = $1")
    }

    @Test(arguments: [
        "password_reset_tokens", "email_verification_tokens", "invitation_tokens", "refresh_tokens", "chat_sessions", "push_tokens",
        "api_tokens",
        "user_migration_tokens", "orders",
    ])
    func `a token that is no login is no session`(name: String) throws {
        #expect(try query(table(name, token, to: "users")) == nil)
    }

    @Test func `tokens that are kept as digests are left to a person`() throws {
        let proposal = try proposal([
            table("users", Self.email), table("sessions", SurveyedColumn("token_hash", .text), to: "users"),
        ])
        #expect(proposal.document["legacy"] == nil && undecided(proposal).contains("legacy.session"))
    }

    @Test func `a secret is named and never read`() throws {
        let proposal = try proposal([table("users", Self.email)], environment: ["JWT_SECRET": "0123456789abcdef"])
        #expect(proposal.text.contains("${JWT_SECRET}") && !proposal.text.contains("0123456789abcdef"))
        let short = try self.proposal([table("users", Self.email)], environment: ["JWT_SECRET": "short"])
        #expect(short.document["legacy"] == nil && undecided(short).contains("legacy"))
    }

    // MARK: Whatever was found

    @Test func `what is written passes the check, whatever was found`() throws {
        let environment = [
            "JWT_SECRET": "0123456789abcdef0123456789abcdef", "CLERK_SECRET_KEY": "sk_test_0123456789",
            "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "pk_test_cHJlc2VudC13YXNwLTUzLmNsZXJrLmFjY291bnRzLmRldiQ",
        ]
        let tables = [
            table("users", Self.email, SurveyedColumn("role", .text), SurveyedColumn("clerk_id", .text)),
            table("sessions", token, to: "users"),
            table("links", SurveyedColumn("clerk_user_id", .text), to: "users"),
            table("revoked_tokens", SurveyedColumn("jti", .text)),
        ]
        let openAPI = #"{"paths": {"/api/v1/users/{id}": {}, "/api/v1/users": {}, "/": {}, "/weird*{": {}, "/api/{x}/y": {}}}"#
        for variables in [environment, [:]] {
            for database in [tables, [tables[0]], []] {
                for document in [openAPI, nil] {
                    let proposal = try proposal(database, environment: variables, openAPI: document)
                    let loaded = try SettingsLoader.load(Array(proposal.text.utf8), path: "routes.json", environment: variables)
                    #expect(loaded.settings.routes.allSatisfy { $0.mode == .observe && $0.encodedSlash })
                    #expect(loaded.settings.routes.last?.match.path == "/*")
                    #expect(loaded.warnings.isEmpty, "\(loaded.warnings)")
                }
            }
        }
    }
}
