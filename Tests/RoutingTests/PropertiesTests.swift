import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad paths.
@Suite("RoutingProperties") struct PropertiesTests {
    @Test func `a damaged path is refused, or matched as a simple reading says`() throws {
        let paths = [
            "/", "/a", "/a/b/c", "/a/b/d/e/f", "/h/%2e%41", "/i/J", "/e/a%2fb", "/k;l", "/%7Em/..;/n", "//a//b", "/a/%2e%2e/b",
            "/a%2f..%2Fb",
        ]
        try Damage.hold(paths, rounds: 20_000, to: fuzzPath)
    }
}
