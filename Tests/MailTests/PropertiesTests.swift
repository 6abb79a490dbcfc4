import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to an operator's letters.
@Suite("Properties") struct PropertiesTests {
    private static let letters = [
        "{site}: hello, {user_name}", "<p title=\"{user_name}\">{user_name}</p> p{color:red} {} {x y:} {{site}}\r\n",
        "Grüße von {site}\u{301} an {user_name}\n", "{ site }", "{userName}",
    ]

    @Test func `damaged letters are refused, or say what was meant`() throws { try Damage.hold(Self.letters, to: fuzzLetter) }
}
