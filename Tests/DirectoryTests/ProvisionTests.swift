import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Testing

@Suite(.serialized) struct ProvisionTests {
    private static let columns = """
        email text NOT NULL, name varchar(20) NOT NULL, password text NOT NULL, role text NOT NULL DEFAULT 'user',
        is_active boolean NOT NULL, clerk_user_id text, migrated_at timestamp
        """

    private func database(_ backend: Backend) -> TestDatabase { TestDatabase(backend, columns: Self.columns) }

    private func provisioning(
        _ database: TestDatabase,
        columns: [(name: String, template: String)] = [
            ("name", "{first_name} {last_name}"), ("password", "!"), ("role", "user"),
        ]
    ) -> DirectorySettings {
        database.settings { settings in
            settings.linking.unknown = .provision
            settings.provision = .init(id: database.backend.isInteger ? .default : .uuid, columns: columns)
        }
    }

    private func new(_ clerkUser: String, _ email: String?, first: String? = "Ada", last: String? = "Lovelace") -> NewUser {
        NewUser(
            clerkUser: ClerkUserID(clerkUser), email: email, firstName: first, lastName: last, requestID: "req-1", time: noon)
    }

    @Test(arguments: Backend.allCases) func `a new person gets a row, a link and a ledger entry`(backend: Backend) async throws {
        let database = database(backend)
        try await withDirectory(provisioning(database)) { directory in
            let outcome = try await directory.provision(new("user_a", "ada@x.org"))
            let made = try #require(outcome.linked)
            #expect(made.clerkUser == ClerkUserID("user_a") && made.email == "ada@x.org" && made.isActive)
            let again = try await directory.provision(new("user_a", "ada@x.org"))
            #expect(again.existing == made)
            let found = try await directory.user(made.id)
            #expect(found == made)
        }
        #expect(database.run("SELECT name, password, role FROM users") == ["Ada Lovelace|!|user"])
        #expect(database.run("SELECT action, rule FROM \(database.state("ledger"))") == ["provision|"])
        #expect(database.run("SELECT rule FROM \(database.state("links"))") == ["provision"])
    }

    @Test(arguments: Backend.allCases) func `an address that somebody has in any ASCII case is taken`(backend: Backend) async throws
    {
        let database = database(backend)
        try await withDirectory(provisioning(database)) { directory in
            _ = try await directory.provision(new("user_a", "ada@x.org"))
            let twin = try await directory.provision(new("user_b", "ADA@X.org"))
            #expect(twin == .emailTaken)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `a hundred first requests make one row`(backend: Backend) async throws {
        let database = database(backend)
        let settings = provisioning(database)
        let second = try DirectoryThread(settings)
        defer { second.stop() }
        try await withDirectory(settings) { first in
            second.start()
            let outcomes = try await race(100) { index in
                try await patiently { () async throws(Unavailable) in
                    try await (index % 2 == 0 ? first : second).provision(new("user_a", "ada@x.org"))
                }
            }
            #expect(outcomes.areOneLink(of: 100))
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `a hundred requests with other addresses each make one row too`(
        backend: Backend
    ) async throws {
        let database = database(backend)
        try await withDirectory(provisioning(database)) { directory in
            let outcomes = try await race(100) { index in
                try await patiently { () async throws(Unavailable) in
                    try await directory.provision(new("user_a", "ada\(index)@x.org"))
                }
            }
            #expect(outcomes.areOneLink(of: 100))
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `of many Clerk users with one address, one gets a row`(backend: Backend) async throws {
        let database = database(backend)
        try await withDirectory(provisioning(database)) { directory in
            let outcomes = try await race(40) { index in
                try await directory.provision(new("user_\(index)", index % 2 == 0 ? "ada@x.org" : "Ada@X.org"))
            }
            #expect(outcomes.count { $0.linked != nil } == 1 && outcomes.count { $0 == .emailTaken } == 39)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `what a person calls themselves is text, and cut where the column ends`(
        backend: Backend
    ) async throws {
        let database = database(backend)
        try await withDirectory(provisioning(database)) { directory in
            let names = [
                ("{email}", "{last_name}"), ("'); DROP TABLE users; --", nil), (String(repeating: "x", count: 300), "y"),
                ("\u{0}a", nil), (nil, nil),
            ]
            for (index, name) in names.enumerated() {
                let outcome = try await directory.provision(new("user_\(index)", "\(index)@x.org", first: name.0, last: name.1))
                #expect(outcome.linked != nil, "\(name)")
            }
        }
        let found = Set(database.run("SELECT name FROM users"))
        #expect(found.isSuperset(of: ["{email} {last_name}", "a", ""]))
        if backend.isPostgres { #expect(found.contains(String(repeating: "x", count: 20))) }
    }

    @Test(arguments: Backend.allCases) func `a NOT NULL column without a value is found before the start`(backend: Backend)
        async throws
    {
        let database = database(backend)
        let settings = provisioning(database, columns: [("name", "{first_name}")])
        let problems = try await onLoop {
            _ = try await DirectorySchema(settings).apply()
            return try await DirectorySchema(settings).problems()
        }
        let password = DirectoryProblem.provisionIncomplete(table: "\"users\"", columns: ["password"])
        let both = DirectoryProblem.provisionIncomplete(table: "\"users\"", columns: ["id", "password"])
        #expect(problems == [password] || problems == [both])
    }

    @Test func `the id of a row may be the Clerk user id itself`() async throws {
        for backend in [Backend.postgresText, .sqliteText] {
            let database = TestDatabase(backend, columns: "email text, role text, is_active boolean")
            let settings = database.settings { settings in
                settings.users.clerkUserID = "id"
                settings.users.migratedAt = nil
                settings.linking.unknown = .provision
                settings.provision = .init(id: .clerk, columns: [])
            }
            try await withDirectory(settings) { directory in
                let outcome = try await directory.provision(new("user_a", "ada@x.org"))
                #expect(outcome.linked?.id == UserID("user_a") && outcome.linked?.clerkUser == ClerkUserID("user_a"))
                let found = try await directory.user(linkedTo: ClerkUserID("user_a"))
                #expect(found?.id == UserID("user_a"))
                let linked = try await directory.link(UserID("user_a"), to: "user_a")
                #expect(linked.existing?.id == UserID("user_a"))
                let other = try await directory.link(UserID("user_a"), to: "user_b")
                #expect(other == .rowTaken)
            }
        }
    }
}
