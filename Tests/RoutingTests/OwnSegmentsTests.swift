import HTTP
import Routing
import Settings
import Testing

/// What a path becomes whose `{name}` segments are set. What must not come out of it, the gateway refuses (journeys `set-path-…`).
@Suite("OwnSegments") struct OwnSegmentsTests {
    static func path(_ pattern: String, _ path: String, user: String?, clerk: String? = nil, _ names: String...) throws -> String? {
        var route = Route(name: "r", match: Route.Match(host: nil, path: pattern, methods: []), origin: 0, mode: .dual)
        route.setPath = names.map { Route.Parameter(name: $0, template: $0 == "c" ? .clerkUserID : .userID) }
        let bytes = Array(path.utf8)
        let own = try OwnSegments(route)?.path(bytes.span, for: CallerValues(userID: user, clerkUserID: clerk))
        return own.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a route that sets none has none`() {
        #expect(
            OwnSegments(Route(name: "r", match: Route.Match(host: nil, path: "/{a}", methods: []), origin: 0, mode: .dual)) == nil)
    }

    @Test(
        arguments: [
            ("/{u}", "/x", "/7"), ("/{u}", "/x/", "/7/"), ("/{u}/*", "/x", "/7"), ("/{u}/*", "/x/y/x", "/7/y/x"),
            ("/a/{x}/{u}/b", "/a/x/x/b", "/a/x/7/b"), ("/{u}", "/%2F;a=b", "/7"), ("/{u}/{c}", "/x/y", "/7/user_1"),
            ("/{c}/{u}/z", "/x/y/z", "/user_1/7/z"),
        ])
    func `only the named segments change`(pattern: String, path: String, expected: String) throws {
        #expect(try Self.path(pattern, path, user: "7", clerk: "user_1", "u", "c") == expected)
    }

    @Test(
        arguments: [
            ("a/b", "/x/a%2Fb/z"), ("50%", "/x/50%25/z"), ("..", "/x/../z"),
            ("ä€😀", "/x/%C3%A4%E2%82%AC%F0%9F%98%80/z"),
            ("a?b#c", "/x/a%3Fb%23c/z"), ("%2e", "/x/%252e/z"), ("a\r\nb", "/x/a%0D%0Ab/z"), ("A-z_0.~", "/x/A-z_0.~/z"),

        ])
    func `a value is encoded as one segment`(id: String, expected: String) throws {
        #expect(try Self.path("/x/{u}/z", "/x/y/z", user: id, "u") == expected)
    }

    @Test func `who has no such value has no path`() {
        #expect(throws: OwnSegmentsFault.noValue) { try Self.path("/{u}", "/1", user: nil, "u") }
        #expect(throws: OwnSegmentsFault.noValue) { try Self.path("/{u}/{c}", "/1/user_1", user: "1", "u", "c") }
    }

    @Test(arguments: ["", ";", "1;", "1;a=b"]) func `what some origins would read as another id is none`(id: String) {
        #expect(throws: OwnSegmentsFault.notOneSegment) { try Self.path("/{u}", "/1", user: id, "u") }
    }
}
