import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad cookies.
@Suite("AuthenticationProperties") struct PropertiesTests {
    @Test func `damaged cookies are read as a simple reading says, and Clerk's is never left`() throws {
        let values = [
            "__session=a.b.c", "a=b; __session=x; c=\"d\"", "a; __session =x;\t__session=y", "\"__session\"=z; =; ;;",
            "__session_abcdefgh=q;a=b=c",
        ]
        try Damage.hold(values, to: fuzzCookies)
    }
}
