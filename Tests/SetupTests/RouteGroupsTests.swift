import Setup
import Testing

@Suite struct RouteGroupsTests {
    private func patterns(_ paths: String...) -> [String] { RouteGroups.of(paths).groups.map { "\($0.name) \($0.pattern)" } }

    @Test func `paths are grouped by the first segment that says something`() {
        #expect(
            patterns("/api/v1/users", "/api/v1/users/{id}", "/api/v1/posts/{id}/comments", "/health") == [
                "users /api/v1/users/*", "posts /api/v1/posts/*", "health /health/*",
            ])
    }

    @Test func `what says nothing is left to the catch-all`() {
        let (groups, others) = RouteGroups.of(["/", "/api", "/{tenant}", "/api/v2/{id}"])
        #expect(groups.isEmpty && others.count == 4)
    }

    @Test func `two names of one parameter make one group`() {
        #expect(patterns("/api/{tenant}/users", "/api/{t}/users/{id}") == ["users /api/{tenant}/users/*"])
    }

    @Test func `a name that is taken is said at length`() {
        #expect(
            patterns("/api/v1/users", "/api/v2/users") == [
                "users /api/v1/users/*", "v2-users /api/v2/users/*",
            ])
    }

    @Test func `a name is no longer than a route's may be`() {
        let long = String(repeating: "z", count: 9_000)
        let names = RouteGroups.of(["/\(long)", "/v1/\(long)", "/v2/\(long)", "/v3/\(long)"]).groups.map(\.name)
        #expect(names.count == 4 && Set(names).count == 4)
        #expect(names.allSatisfy { (1...64).contains($0.utf8.count) })
    }

    @Test func `a segment in another script has a name that can be read, and no other's`() {
        #expect(
            patterns("/api/日本語/1", "/api/中文", "/%E6%97%A5", "/api/v1/übersicht", "/añadir", "/a%20b", "/--", "/_") == [
                "path /api/日本語/*", "api-path /api/中文/*", "path-2 /%E6%97%A5/*", "bersicht /api/v1/übersicht/*", "a-adir /añadir/*",
                "a-b /a%20b/*", "path-3 /--/*", "path-4 /_/*",
            ])
    }

    @Test func `a path that no route can have is left to the catch-all`() {
        let (groups, others) = RouteGroups.of(["/reports({id})", "/a;b", "/a\\b", "/%zz", "/x*y", "/."])
        #expect(groups.isEmpty && others.count == 6)
    }
}
