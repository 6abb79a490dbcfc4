@testable import Settings
import Testing

@Suite("PublishableKey") struct PublishableKeyTests {
    @Test(arguments: [
        ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", "clerk.example.com", false),
        ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "clerk.example.com", true),
        ("pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk", "foo-bar-13.clerk.accounts.dev", false),
        ("pk_test_MTI3LjAuMC4xOjQwMTAk", "127.0.0.1:4010", false), ("pk_test_YS5iJA==", "a.b", false),
        ("pk_test_YS5iJA", "a.b", false),
    ])
    func `a key names its instance`(text: String, host: String, isLive: Bool) {
        #expect(PublishableKey(text)?.host == host)
        #expect(PublishableKey(text)?.isLive == isLive)
    }

    @Test(arguments: [
        "", "pk_test_", "pk_test", "pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k", "sk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
        "PK_TEST_Y2xlcmsuZXhhbXBsZS5jb20k",
        "pk_test_Y2xlcmsuZXhhbXBsZS5jb20", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k_x", "pk_test_Y2xlcmsk", "pk_test_YSRiLmMk",
        "pk_test_Y2xlcmsuZXhhbXBsZS5jb20kJA",
        "pk_test_Y2xl cmsuZXhhbXBsZS5jb20k", "pk_test_YS5i-A", "pk_test_YS9iLmMk", "pk_test_YS5iJB", "pk_test_=", "pk_test_YS5iJA=",
        "pk_test_====",
    ])
    func `anything else is no key`(text: String) {
        #expect(PublishableKey(text) == nil)
    }
}
