import Authentication
import GatewayTesting
import HTTP
import Settings
import Telemetry
import Testing

@Suite struct CredentialFinderTests {
    let plan = CredentialPlan(
        clerk: true, clerkSuffix: "abcdefgh",
        legacy: [
            LegacySettings(
                name: "session",
                from: [.cookie("sid"), .cookie("__Host-sid"), .scheme("Legacy"), .header("X-Api-Token"), .query("access token")],
                kind: .session(.init(query: "SELECT 1")))
        ])

    private func found(_ fields: String..., line: String = "GET /") -> [String] {
        let head = RequestHead(text: ([line] + fields).joined(separator: "\n"))
        let found = plan.find(in: head)
        return (0..<found.count).map { "\(found[$0].place) \(head.section.string(found[$0].value))" }
    }

    private func authorization(_ fields: String...) -> FoundCredentials.Authorization {
        plan.find(in: RequestHead(text: (["GET /"] + fields).joined(separator: "\n"))).authorization
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "beArer"]) func `the scheme is compared without case`(scheme: String) {
        #expect(found("Authorization: \(scheme) t") == ["authorization t"])
    }

    @Test func `more spaces than one may stand between scheme and token`() {
        #expect(found("Authorization: Bearer   t") == ["authorization t"])
    }

    @Test(arguments: ["Authorization: eyJhbGciOi.e30.c2ln", "Authorization: Bearer", "Authorization: Bearer "])
    func `a token without a scheme, or a scheme without a token, is malformed`(field: String) {
        #expect(found(field) == [])
        guard case .malformed = authorization(field) else { return #expect(Bool(false)) }
    }

    @Test func `a scheme of nobody here is the origin's business`() {
        #expect(found("Authorization: Basic dTpw") == [])
        guard case .otherScheme = authorization("Authorization: Basic dTpw") else { return #expect(Bool(false)) }
    }

    @Test func `two Authorization fields are several, whatever they hold`() {
        guard case .several = authorization("Authorization: Bearer a", "Authorization: Basic b") else {
            return #expect(Bool(false))
        }
        guard case .several = authorization("Authorization: Bearer a", "Authorization: Bearer a") else {
            return #expect(Bool(false))
        }
    }

    @Test func `cookies are found in every Cookie line, suffixed and plain`() {
        let all = found("Cookie: a=1; __session=x; __session_abcdefgh=y", "Cookie: sid=z;other=1")
        #expect(all == ["cookie x", "cookie y", "cookie z"])
    }

    @Test func `cookie names are compared with case`() {
        #expect(found("Cookie: SID=1; __Session=2; __session_ABCDEFGH=3") == [])
    }

    @Test func `a quoted value loses its quotation marks, and a single mark stays`() {
        #expect(found("Cookie: sid=\"a b\"; sid=\"; sid=\"\"") == ["cookie a b", "cookie \""])
    }

    @Test(arguments: ["a=1;  __Host-sid=evil", "a=1; \t__Host-sid=evil", "a=1; __Host-sid =evil", "a=1;\u{A0}__Host-sid=evil"])
    func `white space around a name does not make it another cookie`(value: String) {
        #expect(found("Cookie: \(value)") == [])
    }

    @Test func `an empty cookie is no credential`() {
        #expect(found("Cookie: sid=; __session=") == [])
    }

    @Test func `of one cookie name four are tried and the rest is not`() {
        let value = (1...9).map { "sid=\($0)" }.joined(separator: "; ")
        #expect(found("Cookie: \(value)") == ["cookie 1", "cookie 2", "cookie 3", "cookie 4"])
    }

    @Test func `many cookies of one name leave room for the others`() {
        let value = (1...40).map { "sid=\($0)" }.joined(separator: "; ")
        #expect(found("Cookie: \(value); __session=x").contains("cookie x"))
    }

    @Test func `no crowd of cookies takes the place of Authorization`() {
        let names = ["sid", "__Host-sid", "__session", "__session_abcdefgh"]
        let crowd = names.flatMap { name in (1...5).map { "\(name)=\($0)" } }.joined(separator: "; ")
        let all = found("Cookie: \(crowd)", "X-Api-Token: f", "Authorization: Bearer t", line: "GET /?access+token=q")
        #expect(all.count == 16)
        #expect(all.last == "authorization t")
    }

    @Test func `a field that an entry names is found under any case`() {
        #expect(found("x-API-token: t") == ["field t"])
    }

    @Test func `a query parameter is found under any encoding of its name and decoded later`() {
        #expect(found(line: "GET /?a=1&access%20token=t%2B1&access+token=u") == ["query t%2B1", "query u"])
    }

    @Test func `the suffix of Clerk's cookies is that of Clerk's own code`() {
        // sha1("pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA") by openssl(1), base64url, 8 characters.
        #expect(ClerkCookies.suffix(publishableKey: "pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA") == "vWCgMp3A")
    }
}
