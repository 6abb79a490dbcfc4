import Routing
import Testing

@Suite("RouteOrder") struct RouteOrderTests {
    @Test func `routes are listed from the most to the least specific`() {
        let lines = [
            "- - /*", "- - /a", "GET - /a", "- - /a/{x}", "- - /a/b", "- - /a/*", "- *.test /", "- *.x.test /", "- x.test /*",
            "- x.test /",
        ]
        #expect(RouteTable.order(of: RouteLines.settings(lines)) == [9, 8, 7, 6, 2, 1, 4, 3, 5, 0])
    }
}
