import Identity
import Testing

@Suite("Upgrade.mark") struct UpgradeMarkTests {
    private func mark(_ credential: String) -> String { Upgrade.mark(of: Array(credential.utf8)) }

    private static let session = "5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8d"

    /// What PostgreSQL takes for the same `uuid`, `citext` or `char(64)`, and an application that decodes its cookies.
    @Test(arguments: [
        "5F2A9C1E-77B4-4A51-9D0E-0F4C5A6B7C8D", "5f2a9c1e77b44a519d0e0f4c5a6b7c8d", "{5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8d}",
        "5f2a-9c1e-77b4-4a51-9d0e-0f4c-5a6b-7c8d", "5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8d  ",
        "%35f2a9c1e%2D77b4-4a51-9d0e-0f4c5a6b7c8%64", "\"5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8d\"",
    ])
    func `a session is the same however it is spelled`(_ spelling: String) { #expect(mark(spelling) == mark(Self.session)) }

    @Test(arguments: [
        "5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8e", "5f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8", "05f2a9c1e-77b4-4a51-9d0e-0f4c5a6b7c8d", "",
        "-", "--", "é", "ä",
    ])
    func `another session is another one`(_ other: String) { #expect(mark(other) != mark(Self.session)) }

    @Test func `what has neither letters nor digits is told apart`() { #expect(Set(["", "-", "--", "{}"].map(mark)).count == 4) }

    @Test func `a token is known by what was signed`() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3In0."
        #expect(mark(token + "c2lnbmF0dXJl") == mark(token + "dHdpbg"))
        #expect(mark(token + "c2ln") == mark("%65" + token.dropFirst() + "c2ln"))
        #expect(mark(token + "c2ln") != mark(token.uppercased() + "c2ln"))
        #expect(mark(token + "c2ln") != mark("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI4In0.c2ln"))
        // Three parts are not always a token.
        #expect(mark("v1.ada.one") != mark("v1.ada.two"))
    }
}
