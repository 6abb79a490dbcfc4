import HTTP
import Routing
import Settings
import Testing

/// Segments of a path that must name the caller. What `require` does to content is told by the journeys `require-…`.
@Suite("Requirements") struct RequirementsTests {
    static func requirements(_ path: String, _ names: [String]) throws -> Requirements {
        var route = Route(name: "r", match: Route.Match(host: nil, path: path, methods: []), origin: 0, mode: .dual)
        route.requirePath = names.map { Route.Parameter(name: $0, template: .userID) }
        return try #require(Requirements(route))
    }

    @Test func `a route that requires nothing has none`() {
        #expect(
            Requirements(Route(name: "r", match: Route.Match(host: nil, path: "/{a}", methods: []), origin: 0, mode: .dual)) == nil)
    }

    @Test(
        arguments: [
            ("/users/{u}", "/users/a b%20", false), ("/users/{u}", "/users/a%20b", true), ("/users/{u}", "/users/a%20b/", true),
            ("/{x}/{u}/*", "/7/a%20b/a/c", true), ("/{x}/{u}/*", "/a%20b/7/a%20b", false), ("/{x}/{u}/*", "/7", false),
            ("/{u}", "/A%20B", false), ("/{u}", "/a%20b;x", false), ("/{u}", "/a%2520b", false), ("/{u}", "/a+b", false),
        ])
    func `a segment is the caller's when it decodes to just the id`(pattern: String, path: String, isOwn: Bool) throws {
        let requirements = try Self.requirements(pattern, ["u"])
        let bytes = Array(path.utf8)
        var admits = true
        do throws(RequirementRefusal) {
            try requirements.path.check(bytes.span, for: CallerValues(userID: "a b", clerkUserID: nil))
        } catch { admits = false }
        #expect(admits == isOwn)
    }

    @Test func `nobody owns nothing`() throws {
        let requirements = try Self.requirements("/{u}", ["u"])
        let bytes = Array("/".utf8)
        #expect(throws: RequirementRefusal.pathIsAnothers) {
            try requirements.path.check(bytes.span, for: CallerValues(userID: nil, clerkUserID: nil))
        }
    }
}
