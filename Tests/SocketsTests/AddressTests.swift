import Sockets
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("[::1]:80", "[::1]:80"), (":9000", "[::]:9000"), ("localhost:1", "127.0.0.1:1"),
        ("0.0.0.0:0", "0.0.0.0:0"),
    ])
    func `an address reads and prints`(text: String, printed: String) {
        #expect(Address(text)?.description == printed)
    }

    @Test(arguments: ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "1.2.3:80", "example.com:80", "[::1:80", "127.0.0.1:-1"])
    func `what is no address is refused`(text: String) {
        #expect(Address(text) == nil)
    }

    @Test func `an IPv4 address and its mapped form are one`() {
        #expect(Address("127.0.0.1:5")?.bytes == Address("[::ffff:127.0.0.1]:5")?.bytes)
        #expect(Address("[::ffff:127.0.0.1]:5")?.isLoopback == true)
    }
}
