import Postgres
import Testing

@testable import Directory

@Suite struct DirectoryErrorTests {
    @Test(arguments: ["P0001", "45000", "PT403", "U0001", "99ABC"]) func `what a trigger says is about its row, in nobody's words`(
        code: String
    ) {
        let error = DirectoryError(.server(sqlstate: SQLState(code), message: "ada@example.com may not"))
        #expect(error == .unfit("SQLSTATE \(code): a trigger refused it") && error.ofRow != nil)
    }

    @Test(arguments: ["53100", "55000", "57P01", "58030", "XX000", "25006", "P0002", "08006"])
    func `trouble of the server's is about no row`(code: String) {
        let error = DirectoryError(.server(sqlstate: SQLState(code), message: "no space left on device"))
        #expect(error == .refused("SQLSTATE \(code): no space left on device") && error.ofRow == nil)
    }
}
