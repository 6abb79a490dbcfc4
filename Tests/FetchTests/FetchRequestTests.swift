import HTTP
import Testing

@testable import Fetch

@Suite struct FetchRequestTests {
    @Test(arguments: [
        "http://127.0.0.1", "http://127.0.0.1:9100/v1", "https://127.1.2.3/?a", "http://localhost:1", "http://LOCALHOST/",
        "http://[::1]:9/",
    ])
    func `loopback is this machine`(url: String) {
        #expect(Outbound.request(FetchRequest(.get, url, timeoutMilliseconds: 1, responseBytesMax: 1)).isForThisMachine)
    }

    @Test(arguments: [
        "https://api.clerk.com/v1", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://[::2]/",
        "http://128.0.0.1/",
        "http://example.com/http://127.0.0.1/", "http://example.com?127.0.0.1", "127.0.0.1", "",
    ])
    func `anything else is not`(url: String) {
        #expect(!Outbound.request(FetchRequest(.get, url, timeoutMilliseconds: 1, responseBytesMax: 1)).isForThisMachine)
    }
}
