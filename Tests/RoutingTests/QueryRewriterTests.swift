import Routing
import Settings
import Testing

@Suite("QueryRewriter") struct QueryRewriterTests {
    private let caller = CallerValues(userID: "42", clerkUserID: nil)

    private func rewrite(
        _ query: String, set: [(String, Route.Template)] = [], require: [(String, Route.Template)] = []
    ) throws -> String {
        let rewriter = QueryRewriter(
            set: set.map { .init(name: $0.0, template: $0.1) }, require: require.map { .init(name: $0.0, template: $0.1) })
        var output: [UInt8] = Array("/path?".utf8)
        try rewriter.rewrite(query.utf8.span, for: caller, into: &output)
        return String(decoding: output.dropFirst(6), as: UTF8.self)
    }

    @Test(arguments: [
        ("", "user_id=42"), ("a=1", "a=1&user_id=42"), ("user_id=7", "user_id=42"), ("user_id=7&a=1&user_id=8", "user_id=42&a=1"),
        ("%75ser_id=7", "user_id=42"), ("user%5Fid=7&a", "user_id=42&a"), ("%75%73%65%72%5f%69%64=7", "user_id=42"),
        ("user_id", "user_id=42"),
        ("user_id[]=7", "user_id=42"), ("user_id[0]=7&user_id%5B1%5D=8", "user_id=42"), ("USER_ID=7", "user_id=42"),
        ("user.id=7", "user_id=42"),
        ("user+id=7", "user_id=42"), ("+user_id=7", "user_id=42"), ("%20user_id=7", "user_id=42"), ("user_id%00x=7", "user_id=42"),
        ("user-id=7", "user_id=42"),
        ("user_id=5;user_id=6", "user_id=42"), ("user_idx=7", "user_idx=7&user_id=42"), ("xuser_id=7", "xuser_id=7&user_id=42"),
        ("a[user_id]=7", "a[user_id]=7&user_id=42"), ("a=user_id=7", "a=user_id=7&user_id=42"),
        ("a=%26user_id%3D7", "a=%26user_id%3D7&user_id=42"),
        ("a=x%20y+z", "a=x%20y+z&user_id=42"), ("a=1;b=2", "a=1;b=2&user_id=42"),
    ])
    func `every copy of a set parameter becomes exactly one`(query: String, expected: String) throws {
        #expect(try rewrite(query, set: [("user_id", .userID)]) == expected)
    }

    @Test func `a value is encoded as it is written`() throws {
        #expect(try rewrite("", set: [("q", .literal("a&b=c d/é"))]) == "q=a%26b%3Dc%20d%2F%C3%A9")
    }

    @Test func `a value that the caller does not have leaves no parameter`() throws {
        #expect(try rewrite("clerk_id=user_1&a=1", set: [("clerk_id", .clerkUserID)]) == "a=1")
    }

    @Test(arguments: ["a=1;user_id=7", "a;user_id=7", "user_id;a=7", "a=1;%75ser_id=7", "a=1;user_id[]=7", "a=1;USER_ID"])
    func `a parameter hidden behind a semicolon is refused`(query: String) {
        #expect(throws: QueryRefusal.hiddenParameter) { try rewrite(query, set: [("user_id", .userID)]) }
        #expect(throws: QueryRefusal.hiddenParameter) { try rewrite("user_id=42&" + query, require: [("user_id", .userID)]) }
    }

    @Test(arguments: [
        "?user_id=7", "?user_id", "?%75ser_id=7&a=1", "?a=1;user_id=7", "?user_id=7;a", "&?user_id=7", "&&?a=1;user_id=7",
    ])
    func `a parameter hidden behind a second question mark is refused`(query: String) {
        #expect(throws: QueryRefusal.hiddenParameter) { try rewrite(query, set: [("user_id", .userID)]) }
        #expect(throws: QueryRefusal.hiddenParameter) { try rewrite(query + "&user_id=42", require: [("user_id", .userID)]) }
    }

    @Test(arguments: ["a=%", "a=%4", "%zz=1", "a=1&b=%u0031", "a=%4&b=1", "user_id=%"])
    func `a bad escape anywhere is refused`(query: String) {
        #expect(throws: QueryRefusal.badEscape) { try rewrite(query, set: [("user_id", .userID)]) }
    }

    @Test(arguments: ["user_id=42", "a=1&user_id=42", "user_id=%34%32", "user_id=42&user_id=42", "%75ser_id=42", "user_id[]=42"])
    func `a required parameter that is right passes unchanged`(query: String) throws {
        #expect(try rewrite(query, require: [("user_id", .userID)]) == query)
    }

    @Test(arguments: [
        "", "a=1", "user_id", "user_id=", "user_id=7", "user_id=42&user_id=7", "user_id=7&user_id=42", "user_id=042", "user_id=42+",
        "user_id=+42",
        "user_id=420", "user_id=4", "user_id=42&%75ser_id=7", "user_id=42&user_id[]=7", "user_id=42&USER_ID=7", "user_id=42;43",
        "user_id=42%00",
    ])
    func `a required parameter that is missing or wrong anywhere is refused`(query: String) {
        #expect(throws: QueryRefusal.notYours) { try rewrite(query, require: [("user_id", .userID)]) }
    }

    @Test func `a required parameter is refused where the caller has no such id`() {
        #expect(throws: QueryRefusal.notYours) { try rewrite("c=", require: [("c", .clerkUserID)]) }
    }

    @Test func `a parameter under two rules must be right before it is replaced`() throws {
        let rules: [(String, Route.Template)] = [("u", .userID)]
        #expect(throws: QueryRefusal.notYours) { try rewrite("u=7", set: rules, require: rules) }
        #expect(try rewrite("u=42&u=%342", set: rules, require: rules) == "u=42")
    }

    @Test func `an empty set of rules says so`() {
        #expect(QueryRewriter(set: [], require: []).isEmpty)
    }
}
