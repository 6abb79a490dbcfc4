import HTTP
import Routing
import Settings
import Testing

@Suite("RouteTable") struct RouteTableTests {
    private func match(_ settings: Settings, _ path: String, host: String = "x.test", _ method: Method = .get) throws
        -> MatchedRoute
    {
        var output: [UInt8] = []
        let canonical = try PathCanonicalizer(PathRules()).canonicalize(path.utf8.span, into: &output)
        if canonical.isRewritten {
            return try RouteTable(settings).match(output.span, canonical, authority: host.utf8.span, method: method)
        }
        return try RouteTable(settings).match(path.utf8.span, canonical, authority: host.utf8.span, method: method)
    }

    @Test(arguments: [
        ("/", 0), ("/anything", 0), ("/users", 1), ("/users/", 1), ("/users/me", 2), ("/users/me/", 2), ("/users/42", 3),
        ("/users/42/posts", 4),
        ("/users/me/posts", 4), ("/users/42/posts/1", 5), ("/files", 6), ("/files/a/b", 6), ("/filesystem", 0), ("/users/me/x", 5),
        ("//users", 1),
    ])
    func `the most specific path wins, segment by segment`(path: String, expected: Int) throws {
        let settings = RouteLines.settings([
            "- - /*", "- - /users", "- - /users/me", "- - /users/{id}", "- - /users/{id}/posts", "- - /users/*", "- - /files/*",
        ])
        #expect(try match(settings, path).index == expected)
    }

    @Test func `a branch that leads nowhere is left again`() throws {
        let settings = RouteLines.settings(["- - /a/b/d", "- - /a/{x}/c", "- - /{y}/b/e"])
        #expect(try match(settings, "/a/b/c").index == 1)
        #expect(try match(settings, "/a/b/e").index == 2)
        #expect(throws: RoutingRefusal.noRoute) { try match(settings, "/a/b/f") }
    }

    @Test(arguments: [
        ("api.example.com", 0), ("API.Example.COM", 0), ("api.example.com:8080", 0), ("api.example.com.", 0), ("b.example.com", 1),
        ("a.b.example.com", 1),
        ("x.eu.example.com", 2), ("y.x.eu.example.com", 2), ("eu.example.com", 1), ("example.com", 3), ("example.org", 3),
        ("[::1]:80", 3), ("", 3),
        ("notexample.com", 3), (".example.com", 3),
    ])
    func `an exact host comes before the longest wildcard, and that before none`(host: String, expected: Int) throws {
        let settings = RouteLines.settings(["- api.example.com /a", "- *.example.com /a", "- *.eu.example.com /a", "- - /a"])
        #expect(try match(settings, "/a", host: host).index == expected)
    }

    @Test func `a path that its host does not know is looked for in the less specific ones`() throws {
        let settings = RouteLines.settings(["- api.example.com /a", "- *.example.com /b", "- - /c"])
        #expect(try match(settings, "/b", host: "api.example.com").index == 1)
        #expect(try match(settings, "/c", host: "api.example.com").index == 2)
    }

    @Test(arguments: [
        (Method.get, 0), (.head, 0), (.post, 1), (.put, 2), (.extension("PURGE"), 3), (.extension("purge"), 2), (.options, 2),
    ])
    func `a named method comes before any, and GET includes HEAD`(method: Method, expected: Int) throws {
        let settings = RouteLines.settings(["GET - /a", "POST - /a", "- - /a", "PURGE - /a"])
        #expect(try match(settings, "/a", method).index == expected)
    }

    @Test func `a HEAD that is named comes before the one that GET includes`() throws {
        #expect(try match(RouteLines.settings(["GET - /a", "HEAD - /a"]), "/a", .head).index == 1)
    }

    @Test func `another method falls through to what is less specific, and to no route at last`() throws {
        let settings = RouteLines.settings(["GET - /a", "POST - /*"])
        #expect(try match(settings, "/a", .post).index == 1)
        #expect(throws: RoutingRefusal.noRoute) { try match(settings, "/a", .delete) }
    }

    @Test func `parameters stand where the path has them`() throws {
        let matched = try match(RouteLines.settings(["- - /u/{id}/p/{post}/*", "- - /u/{id}/q/{z}/x"]), "/u/42/p/abc/x/y")
        #expect(matched.parameters.count == 2)
        #expect(matched.parameters[0] == 3..<5)
        #expect(matched.parameters[1] == 8..<11)
    }

    @Test func `an encoded slash needs a route that allows it, and never separates`() throws {
        #expect(throws: RoutingRefusal.encodedSlash) { try match(RouteLines.settings(["- - /f/{n}"]), "/f/a%2fb") }
        let settings = RouteLines.settings(["- - /f/{n}", "- - /f/{n}/{m}"], encodedSlash: [0, 1])
        #expect(try match(settings, "/f/a%2fb").index == 0)
    }

    @Test func `parameters of a segment are refused where they decide about the route`() throws {
        let settings = RouteLines.settings(["- - /*", "- - /admin/*", "- - /list/{id}"])
        #expect(throws: RoutingRefusal.parameters) { try match(settings, "/admin;x/users") }
        #expect(throws: RoutingRefusal.parameters) { try match(settings, "/admin%3bx") }
        #expect(throws: RoutingRefusal.parameters) { try match(settings, "/;x/admin") }
        #expect(throws: RoutingRefusal.parameters) { try match(settings, "/list/;id") }
        #expect(try match(settings, "/admin/users;page=2").index == 1)
        #expect(try match(settings, "/list/4;v=1").index == 2)
    }

    @Test func `case is ignored only where the origin ignores it`() throws {
        let settings = RouteLines.settings(["- - /Admin", "- - /users", "- - /*", "- - /USERS"], caseInsensitive: [0, 3])
        #expect(try match(settings, "/aDMIN").index == 0)
        #expect(try match(settings, "/users").index == 1)
        #expect(try match(settings, "/uSers").index == 3)
    }

    @Test func `a deny route without an origin is not passed by in another case`() throws {
        var settings = RouteLines.settings(["- - /admin", "- - /*"], caseInsensitive: [1])
        settings.routes[0].origin = nil
        #expect(try match(settings, "/ADMIN").index == 0)
    }

    @Test func `an empty table has no route`() {
        #expect(throws: RoutingRefusal.noRoute) { try match(Settings(), "/") }
    }

    @Test func `the trie and a naive matcher agree on random tables and paths`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Xorshift(seed)
        for _ in 0..<400 {
            let settings = RandomTable.settings(&random)
            let table = RouteTable(settings)
            for _ in 0..<50 {
                let (path, host, method) = RandomTable.request(&random)
                var output: [UInt8] = []
                let canonical = try PathCanonicalizer(PathRules()).canonicalize(path.utf8.span, into: &output)
                let found = try? table.match(path.utf8.span, canonical, authority: host.utf8.span, method: method).index
                let expected = NaiveMatcher(settings).match(path, host: host, method: method)
                #expect(found == expected, "seed \(seed): \(method.name) \(host)\(path) in \(settings.routes.map(\.match))")
            }
        }
    }
}
