import HTTP
import Testing

@Suite struct MethodTests {
    private static let standard = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]

    @Test(arguments: standard + ["PROPFIND", "get", "Get", ""])
    func `a method keeps its name`(name: String) {
        #expect(Method(name).name == name)
    }

    @Test(arguments: standard)
    func `methods are case-sensitive`(name: String) {
        #expect(Method(name) != Method(name.lowercased()))
        #expect(Method(name.lowercased()) == .extension(name.lowercased()))
    }

    @Test func `only reading methods are safe, and none that we do not know`() {
        let safe = (Self.standard + ["get", "SEARCH"]).filter { Method($0).isSafe }
        #expect(safe == ["GET", "HEAD", "OPTIONS", "TRACE"])
    }
}
