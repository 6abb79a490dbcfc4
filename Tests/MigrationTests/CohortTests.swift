import Migration
import Testing

@Suite("Cohort") struct CohortTests {
    private func conditions(_ text: String) throws -> [(String, Cohort.Test)] {
        try Cohort(parsing: text).conditions.map { ($0.column, $0.test) }
    }

    @Test func `conditions are joined by AND`() throws {
        let read = try conditions(
            "plan = pro AND created_at < '2024-01-01' and role in (user, 'power user') AND migrated_at is null")
        #expect(read.map(\.0) == ["plan", "created_at", "role", "migrated_at"])
        #expect(
            read.map(\.1) == [
                .compare(.equal, "pro"), .compare(.less, "2024-01-01"), .among(["user", "power user"]), .isNull(true),
            ])
    }

    @Test(arguments: [
        ("a<=1", Cohort.Test.compare(.atMost, "1")), ("a >= -1", .compare(.atLeast, "-1")),
        ("a != 'O''Brien'", .compare(.different, "O'Brien")),
        ("\"a\" > 'and'", .compare(.more, "and")), ("a is not null", .isNull(false)), ("a = 'null'", .compare(.equal, "null")),
    ]) func `values are words or stand in quotes`(text: String, test: Cohort.Test) throws {
        #expect(try conditions(text).map(\.1) == [test])
    }

    @Test(arguments: [
        "", "a", "a =", "= 1", "a = 1 OR b = 2", "a = 1; DROP TABLE users", "a = 1 AND", "a in ()", "a in (1", "a in 1",
        "a = 'open",
        "a = 1 b = 2", "a like 'x%'", "a is 1", "(a = 1)", "a = b = c", "a = 1 --", "a == 1", "a = lower(b)",
    ]) func `anything else is refused`(text: String) {
        #expect(throws: CohortMistake.self) { try Cohort(parsing: text) }
    }
}
