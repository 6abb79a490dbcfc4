import Glibc
import SQLite
import Testing

@Suite struct SQLiteDatabaseTests {
    let database: SQLiteDatabase

    init() throws {
        database = try SQLiteDatabase(path: ":memory:")
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB, weight REAL)")
    }

    @Test func `every type comes back as it went in`() throws {
        let values: [SQLiteValue] = [.integer(.min), .text("naïve \u{0} text"), .blob([0, 255]), .real(1.5)]
        try database.rows("INSERT INTO t VALUES (?1, ?2, ?3, ?4)", values)
        #expect(try database.rows("SELECT * FROM t").map(\.values) == [values])
    }

    @Test func `null and an empty blob are told apart`() throws {
        try database.rows("INSERT INTO t (id, data) VALUES (1, ?1), (2, ?2)", [.null, .blob([])])
        #expect(try database.rows("SELECT data FROM t ORDER BY id").map { $0[0] } == [.null, .blob([])])
    }

    @Test func `PostgreSQL's parameter names are bound by their number, wherever they stand`() throws {
        #expect(
            try database.rows("SELECT $2, $1, $2", [.text("a"), .text("b")])[0].values == [.text("b"), .text("a"), .text("b")])
    }

    @Test func `hostile text stays text`() throws {
        try database.rows("INSERT INTO t (name) VALUES (?1)", [.text("'); DROP TABLE t; --")])
        #expect(try database.rows("SELECT count(*) FROM t")[0][0] == .integer(1))
    }

    @Test func `a second row with a unique value is a unique violation`() throws {
        try database.rows("INSERT INTO t (name) VALUES ('a')")
        #expect(throws: SQLiteError.uniqueViolation("UNIQUE constraint failed: t.name")) {
            try database.rows("INSERT INTO t (name) VALUES ('a')")
        }
    }

    @Test func `a syntax error carries SQLite's message`() throws {
        #expect(throws: SQLiteError.failed(code: 1, message: "near \"SELEC\": syntax error")) { try database.rows("SELEC 1") }
    }

    @Test func `too few parameters are refused instead of read as NULL`() throws {
        #expect(throws: SQLiteError.parameterCount(expected: 2, given: 1)) { try database.rows("SELECT ?1, ?2", [.null]) }
    }

    @Test func `an empty statement is refused`() throws {
        #expect(throws: SQLiteError.self) { try database.rows("  -- nothing") }
    }

    @Test func `a file that cannot be opened is named`() throws {
        #expect(throws: SQLiteError.cannotOpen(path: "/nonexistent/a.db", message: "unable to open database file")) {
            _ = try SQLiteDatabase(path: "/nonexistent/a.db")
        }
    }

    @Test func `a file that is not there is not made, unless somebody says so`() throws {
        try withTemporaryFile { path in
            #expect(throws: SQLiteError.cannotOpen(path: path, message: "unable to open database file")) {
                _ = try SQLiteDatabase(path: path)
            }
            #expect(unsafe access(path, F_OK) != 0)
            _ = try SQLiteDatabase(path: path, creates: true)
            #expect(unsafe access(path, F_OK) == 0)
        }
    }

    @Test func `a transaction that throws leaves nothing behind`() throws {
        #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in
                try database.rows("INSERT INTO t (name) VALUES ('a')")
                try database.rows("INSERT INTO t (name) VALUES ('a')")
            }
        }
        #expect(try database.rows("SELECT * FROM t").isEmpty)
        try database.transaction { () throws(SQLiteError) in try database.rows("INSERT INTO t (name) VALUES ('b')") }
        #expect(try database.rows("SELECT name FROM t")[0][0] == .text("b"))
    }

    @Test func `the number of changed rows is reported`() throws {
        #expect(try database.change("INSERT INTO t (name) VALUES ('a'), ('b')") == 2)
        #expect(try database.change("UPDATE t SET weight = 1 WHERE name = ?1", [.text("b")]) == 1)
        #expect(try database.change("DELETE FROM t WHERE name = 'c'") == 0)
    }
}

@Suite struct SQLiteLockTests {
    @Test func `a writer that waits longer than the busy timeout is told so`() throws {
        try withTemporaryFile { path in
            let first = try SQLiteDatabase(path: path, creates: true)
            let second = try SQLiteDatabase(path: path, busyTimeoutMilliseconds: 20)
            try first.execute("CREATE TABLE t (id)")
            try first.transaction { () throws(SQLiteError) in
                #expect(throws: SQLiteError.busy) { try second.transaction { () throws(SQLiteError) in } }
            }
            try second.transaction { () throws(SQLiteError) in try second.rows("INSERT INTO t VALUES (1)") }
        }
    }

    @Test func `readers see the last commit while a writer writes`() throws {
        try withTemporaryFile { path in
            let writer = try SQLiteDatabase(path: path, creates: true)
            try writer.execute("CREATE TABLE t (id)")
            let reader = try SQLiteDatabase(path: path)
            try writer.transaction { () throws(SQLiteError) in
                try writer.rows("INSERT INTO t VALUES (1)")
                #expect(try! reader.rows("SELECT * FROM t").isEmpty)
            }
            #expect(try reader.rows("SELECT * FROM t").count == 1)
        }
    }
}
