import Postgres
import PostgresTesting
import Sockets
import Telemetry
import Testing

@Suite struct PostgresConnectionTests {
    private static let url = PostgresServer.shared.url(database: "postgres")

    private func connected(
        prepared: Bool = true, _ body: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) async throws {
        let url = Secret(Self.url)
        try await onLoop {
            let connection = try await PostgresConnection.connect(
                to: url, prepared: prepared, timeoutMilliseconds: 5_000)
            defer { connection.close() }
            try await body(connection)
        }
    }

    @Test(arguments: [true, false]) func `parameters and rows are text, and NULL is not the empty text`(prepared: Bool) async throws
    {
        try await connected(prepared: prepared) { connection in
            for _ in 0..<3 {
                let result = try await connection.query(
                    "SELECT $1::text, $2::text, $3::int4 + 1", ["", nil, "41"], timeoutMilliseconds: 2_000)
                #expect(result.rows == [["", nil, "42"]])
            }
        }
    }

    @Test func `hostile text stays text`() async throws {
        try await connected { connection in
            let text = "'; DROP TABLE users; -- \\ \" $1 é 🙂"
            let answer = try await connection.query("SELECT $1::text", [text], timeoutMilliseconds: 2_000)
            #expect(answer.scalar == text)
        }
    }

    @Test func `a text with U+0000 is refused instead of cut short`() async throws {
        try await connected { connection in
            let refusal = await connection.refusal("SELECT $1::text", ["admin\u{0}x"], timeoutMilliseconds: 2_000)
            #expect(refusal == PostgresError.unsendable)
        }
    }

    @Test func `a refusal carries the SQLSTATE, and the connection goes on`() async throws {
        try await connected { connection in
            let refusal = await connection.refusal("SELECT 1/0", timeoutMilliseconds: 2_000)
            #expect(refusal == PostgresError.server(sqlstate: SQLState("22012"), message: "division by zero"))
            await #expect(throws: PostgresError.server(sqlstate: SQLState("42P01"), message: "relation \"nowhere\" does not exist"))
            {
                try await connection.query("SELECT * FROM nowhere", timeoutMilliseconds: 2_000)
            }
            let answer = try await connection.query("SELECT 1", timeoutMilliseconds: 2_000)
            #expect(answer.scalar == "1")
        }
    }

    @Test func `the number of changed rows is reported`() async throws {
        try await connected { connection in
            try await connection.script("CREATE TEMP TABLE t (id int); INSERT INTO t VALUES (1), (2)", timeoutMilliseconds: 2_000)
            let answer = try await connection.query("UPDATE t SET id = id + 1", timeoutMilliseconds: 2_000)
            #expect(answer.changed == 2)
        }
    }

    @Test func `more than the socket takes at once is sent and read back whole`() async throws {
        try await connected { connection in
            let text = String(repeating: "0123456789abcdef", count: 500_000)
            let answer = try await connection.query("SELECT $1::text", [text], timeoutMilliseconds: 20_000)
            #expect(answer.scalar == text)
        }
    }

    @Test func `an answer that takes longer than the deadline closes the connection`() async throws {
        try await connected { connection in
            let refusal = await connection.refusal("SELECT pg_sleep(30)", timeoutMilliseconds: 200)
            #expect(refusal == PostgresError.timedOut)
            #expect(!connection.isOpen)
            let second = await connection.refusal("SELECT 1", timeoutMilliseconds: 200)
            #expect(second == PostgresError.lost("the connection is closed"))
        }
        try await connected { connection in
            // The question was cancelled on the server too, and does not go on burning there.
            await sleep(milliseconds: 500)
            let left = try await connection.query(
                "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'", timeoutMilliseconds: 2_000)
            #expect(left.scalar == "0")
        }
    }

    @Test func `the server's own statement timeout is a timeout, and the connection goes on`() async throws {
        try await connected { connection in
            try await connection.script("SET statement_timeout = 50", timeoutMilliseconds: 2_000)
            let refusal = await connection.refusal("SELECT pg_sleep(5)", timeoutMilliseconds: 4_000)
            #expect(refusal == PostgresError.timedOut)
            #expect(connection.isOpen)
        }
    }

    @Test func `a session that the server ends is lost`() async throws {
        try await connected { connection in
            let process = try await connection.query("SELECT pg_backend_pid()", timeoutMilliseconds: 2_000).scalar!
            PostgresServer.shared.run("SELECT pg_terminate_backend(\(process))")
            guard case .lost = await connection.refusal("SELECT 1", timeoutMilliseconds: 2_000) else { return #expect(Bool(false)) }
            #expect(!connection.isOpen)
        }
    }

    @Test func `more texts than are kept prepared all get their answers`() async throws {
        try await connected { connection in
            for index in 0..<300 {
                let answer = try await connection.query("SELECT \(index)", timeoutMilliseconds: 2_000)
                #expect(answer.scalar == "\(index)")
            }
        }
    }

    @Test func `a notification is heard, and silence is not an error`() async throws {
        try await connected { connection in
            try await connection.script("LISTEN t", timeoutMilliseconds: 2_000)
            #expect(try await connection.notification(timeoutMilliseconds: 100) == nil)
            PostgresServer.shared.run("NOTIFY t, 'hello'")
            let heard = try await connection.notification(timeoutMilliseconds: 2_000)
            #expect(heard?.channel == "t" && heard?.content == "hello")
        }
    }
}

@Suite struct PostgresConnectTests {
    private func failure(_ url: String, timeoutMilliseconds: Int = 2_000) async throws -> PostgresError? {
        try await onLoop {
            do {
                try await PostgresConnection.connect(to: Secret(url), prepared: true, timeoutMilliseconds: timeoutMilliseconds)
                    .close()
                return nil
            } catch let error as PostgresError { return error }
        }
    }

    @Test func `a malformed connection string is refused without being quoted`() async throws {
        #expect(try await failure("postgresql//user:hunter2@host/db") == .invalidConnectionString)
        #expect(try await failure("postgresql://user:hunter2@host/db?nonsense=1") == .invalidConnectionString)
    }

    @Test func `a port where nobody listens is unreachable, with libpq's words`() async throws {
        let error = try await failure("postgresql://127.0.0.1:1/db")
        guard case .unreachable(let message) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(message.contains("Connection refused"))
    }

    @Test func `a server that accepts and says nothing is unreachable at the deadline`() async throws {
        // RFC 5737: nobody answers at 192.0.2.1; some networks refuse at once, which is unreachable too.
        let error = try await failure("postgresql://192.0.2.1/db", timeoutMilliseconds: 300)
        guard case .unreachable = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `a database that does not exist is unreachable, with the server's words`() async throws {
        let error = try await failure(PostgresServer.shared.url(database: "nowhere"))
        guard case .unreachable(let message) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(message.contains("database \"nowhere\" does not exist"))
    }

    @Test func `connections of one loop are made side by side`() async throws {
        let url = Secret(PostgresServer.shared.url(database: "postgres"))
        let answers = try await race(10) { _ in
            let connection = try await PostgresConnection.connect(to: url, prepared: true, timeoutMilliseconds: 5_000)
            defer { connection.close() }
            return try await connection.query("SELECT 1", timeoutMilliseconds: 2_000).scalar
        }
        #expect(answers == Array(repeating: "1", count: 10))
    }

    @Test func `the second of two hosts is tried`() async throws {
        let port = PostgresServer.shared.port
        #expect(try await failure("postgresql://segue@127.0.0.1:1,127.0.0.1:\(port)/postgres") == nil)
    }
}

extension PostgresConnection {
    // Not `#expect(throws:)`: its closure would leave the loop's isolation.
    fileprivate func refusal(_ sql: String, _ parameters: [String?] = [], timeoutMilliseconds: Int) async -> PostgresError? {
        do throws(PostgresError) {
            try await query(sql, parameters, timeoutMilliseconds: timeoutMilliseconds)
            return nil
        } catch {
            return error
        }
    }
}
