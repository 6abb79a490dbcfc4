import Telemetry
import Testing

@Suite struct SecretTests {
    private struct Holder { let key = Secret("hunter2") }

    @Test func `no way of printing a secret prints it`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        let texts = ["\(secret)", String(describing: secret), String(reflecting: secret), "\(Holder())", "\([secret])", dumped]
        for text in texts { #expect(!text.contains("hunter2") && !text.contains("104")) }
    }

    @Test func `a secret is equal to its like`() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
    }
}
