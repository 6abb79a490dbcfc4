import JSON
import Testing

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("lisen", "listen"), ("routse", "routes"), ("ROUTES", "routes"), ("authorizedParty", "authorizedParties"), ("x", nil),
        ("", nil),
        ("listener", "listen"), ("completely", nil),
    ])
    func `a misspelt name is guessed, a strange one is not`(word: String, guess: String?) {
        #expect(nearestName(to: word, in: ["listen", "routes", "clerk", "authorizedParties"]) == guess)
    }
}
