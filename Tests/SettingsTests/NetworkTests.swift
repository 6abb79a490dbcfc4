@testable import Settings
import Testing

@Suite("Network") struct NetworkTests {
    @Test func `a network holds its addresses and no others`() throws {
        let private10 = try Network(parsing: "10.0.0.0/8")
        #expect(private10.contains(IPAddress("10.255.0.1")?.bytes ?? []))
        #expect(!private10.contains(IPAddress("11.0.0.1")?.bytes ?? []))
        #expect(!private10.contains(IPAddress("::1")?.bytes ?? []))
        #expect(try Network(parsing: "fd00::/8").contains(IPAddress("fd12:3456::1")?.bytes ?? []))
        #expect(try Network(parsing: "192.0.2.7").contains(IPAddress("192.0.2.7")?.bytes ?? []))
        #expect(try !Network(parsing: "192.0.2.7").contains(IPAddress("192.0.2.6")?.bytes ?? []))
    }

    @Test(arguments: [
        "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.+4", "", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7", "g::", "::1%lo", "1.2.3.4::",
        "0x7f.0.0.1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `an IPv6 address is read in all of its forms`() {
        #expect(IPAddress("::ffff:1.2.3.4") != IPAddress("::1.2.3.4"))
        #expect(IPAddress("::ffff:1.2.3.4")?.bytes == IPAddress("1.2.3.4")?.bytes)
        #expect(IPAddress("1:2:3:4:5:6:7:8")?.bytes.last == 8)
        #expect(IPAddress("::")?.bytes == Array(repeating: 0, count: 16))
        #expect(IPAddress("1::")?.bytes[1] == 1)
    }
}
