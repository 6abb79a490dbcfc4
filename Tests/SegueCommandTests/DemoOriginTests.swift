import HTTP
import HTTPServer
import JSON
import Testing

@testable import SegueCommand

@Suite struct DemoOriginTests {
    @Test func `the answer is what was received, fields in their order and spelling`() throws {
        let request = ServerRequest(
            method: .post, path: "/a%20b", query: "x=1&x=2", fields: [("x_user_id", "1"), ("X-User-Id", "2"), ("x_user_id", "3")],
            content: Array("a \"quote\"".utf8))
        let expected = #"""
            {"method":"POST","target":"/a%20b?x=1&x=2","fields":[["x_user_id","1"],["X-User-Id","2"],["x_user_id","3"]],"content":"a \"quote\""}
            """#
        #expect(DemoOrigin.json(of: request) == Array(expected.utf8))
    }

    @Test(arguments: ["X-User-Id", "x_user_id", "X.User.Id", "X-USER_ID", "x user id"])
    func `a spelling that an application might take for the field counts as the field`(name: String) {
        let request = ServerRequest(method: .get, path: "/", fields: [(name, "1"), ("X-User-Ids", "2"), ("XUserId", "3")])
        #expect(request.values("X-User-Id") == ["1"])
    }
}
