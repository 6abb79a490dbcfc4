import Setup
import Testing

@Suite struct OpenAPIDocumentTests {
    private func read(_ text: String) throws(OpenAPIDocument.Fault) -> OpenAPIDocument {
        try OpenAPIDocument(parsing: Array(text.utf8))
    }

    @Test func `paths stand behind the path of the first server`() throws {
        for base in [
            #""servers": [{"url": "https://api.example.com/v2/"}]"#, #""servers": [{"url": "/v2"}]"#, #""basePath": "/v2""#,
        ] {
            let document = try read(#"{\#(base), "paths": {"/users": {}, "x-note": {}}}"#)
            #expect(document.paths == ["/v2/users"])
        }
        let variable = try read(#"{"servers": [{"url": "/{stage}"}], "paths": {"/users": {}}}"#)
        #expect(variable.paths == ["/users"])
    }

    @Test func `security schemes say where credentials stand`() throws {
        let document = try read(
            #"""
            {"paths": {}, "components": {"securitySchemes": {
              "a": {"type": "apiKey", "in": "cookie", "name": "sid"}, "b": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
              "c": {"type": "http", "scheme": "Bearer"}, "d": {"type": "apiKey", "in": "query", "name": "key"}}}}
            """#)
        #expect(document.cookies == ["sid"] && document.fields == ["X-Api-Key"] && document.takesBearer)
        let basic = try read(#"{"paths": {}, "components": {"securitySchemes": {"a": {"type": "http", "scheme": "basic"}}}}"#)
        #expect(!basic.takesBearer)
    }

    @Test func `parameters that name a user are counted by operation`() throws {
        let document = try read(
            #"""
            {"paths": {"/posts": {
               "parameters": [{"name": "user_id", "in": "query"}],
               "get": {"parameters": [{"name": "userId", "in": "query"}, {"name": "user_id", "in": "query"}]}, "post": {}},
             "/x/{user_id}": {"get": {"parameters": [{"name": "user_id", "in": "path"}]}}}}
            """#)
        #expect(document.assertedUsers.map(\.parameter) == ["user_id", "userId"])
        #expect(document.assertedUsers.map(\.operations) == [2, 1])
    }

    @Test func `fields that name a user are counted apart`() throws {
        let document = try read(
            #"{"paths": {"/a": {"get": {"parameters": [{"name": "X-User-Id", "in": "header"}, {"name": "X-User-Agent", "in": "header"}]}}}}"#
        )
        #expect(document.assertedFields.map(\.parameter) == ["X-User-Id"] && document.assertedUsers.isEmpty)
    }

    @Test(arguments: [
        (#""bearerFormat": "Base64 of JSON""#, true), (#""description": "a base64 token""#, true),
        (#""bearerFormat": "JWT""#, false),
    ])
    func `a scheme that speaks of Base64 is noticed`(_ words: String, _ expected: Bool) throws {
        let document = try read(
            #"{"paths": {}, "components": {"securitySchemes": {"a": {"type": "http", "scheme": "bearer", \#(words)}}}}"#)
        #expect(document.namesBase64 == expected)
    }

    @Test(arguments: [
        (#""/api/me": {"get": {}}, "/api/auth/me": {"get": {}}"#, "/v1/api/me"), (#""/who-am-i": {"get": {}}"#, "/v1/who-am-i"),
        (#""/users/current_user": {"get": {}}"#, "/v1/users/current_user"), (#""/me": {"post": {}}"#, nil),
        (#""/{tenant}/me": {"get": {}}"#, nil), (#""/me/posts": {"get": {}}"#, nil), (#""/home": {"get": {}}"#, nil),
    ])
    func `where an application tells whose a credential is`(_ paths: String, _ expected: String?) throws {
        #expect(try read(#"{"basePath": "/v1", "paths": {\#(paths)}}"#).ownPath == expected)
    }

    @Test func `YAML is refused by name`() {
        for text in ["openapi: 3.1.0\npaths: {}\n", "---\nopenapi: 3.1.0\n", "# a comment\n{}"] {
            #expect(throws: OpenAPIDocument.Fault.yaml) { try read(text) }
        }
    }

    @Test func `what is no OpenAPI document is refused`() {
        #expect(throws: OpenAPIDocument.Fault.noPaths) { try read("{}") }
        #expect(throws: OpenAPIDocument.Fault.noPaths) { try read(#"{"paths": []}"#) }
        #expect {
            try read(#"{"paths": {"#)
        } throws: { fault in
            if case .json = fault as? OpenAPIDocument.Fault { true } else { false }
        }
    }
}
