import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad cookies.
@Suite("AuthenticationProperties") struct PropertiesTests {
    @Test func `damaged cookies are read as a simple reading says, and Clerk's is never left`() throws {
        let values = [
            "__session=a.b.c", "a=b; __session=x; c=\"d\"", "a; __session =x;\t__session=y", "\"__session\"=z; =; ;;",
            "__session_abcdefgh=q;a=b=c", "who=1; a=b who=2; WHO=3", "a=b,who=1;\" who=2", "w%68o=1; a=\"who=1\"; b=who=1",
        ]
        try Damage.hold(values, to: fuzzCookies)
    }

    @Test func `a damaged query is refused, or names nobody but the caller to anybody`() throws {
        let queries = [
            "user_id=7", "a=1&user_id=7&b=2", "?user_id=9&user_id=7", "a=1;user_id=9", "%20user_id=9", "+user.id=9", "user[id=9",
            "user_id[]=7", "user_id%00=9", "User_Id=9&user%5Fid=7", "a=%zz&user_id=%37", "??user_id=7&=;user_id",
            "\u{FEFF}user_id=9&user_id=7", "\u{FEFF}?a=1&user_id=7", "a=\0&user_id=7", "&?user_id=9&user_id=7",
        ]
        try Damage.hold(queries, to: fuzzQuery)
    }
}
