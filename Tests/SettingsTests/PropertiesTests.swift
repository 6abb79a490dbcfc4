import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad files.
@Suite("SettingsProperties") struct PropertiesTests {
    @Test func `a damaged file is refused in words, or loads and can be flipped`() throws {
        let files = [
            #"{"version":1,"origins":{"a":{"servers":["http://127.0.0.1:9000"]}},"routes":[{"name":"r","match":{"path":"/*"},"origin":"a","mode":"observe"}]}"#,
            #"{"version":1,"legacy":[{"name":"j","kind":"jwt","from":["bearer"],"algorithm":"HS256","keys":[{"secret":"${JWT_SECRET}"}],"userId":"id"}],"origins":{"a":{"servers":["http://[::1]:1"]}},"routes":[{"name":"r","match":{"host":"x.test","path":"/{a}/b","methods":["GET"]},"origin":"a","mode":"legacy"}]}"#,
            Sample.text,
        ]
        try Damage.hold(files, rounds: 2_000, to: fuzzSettings)
    }
}
