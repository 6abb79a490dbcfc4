import Fetch
import HTTP
import JSON
import Telemetry

/// Who is linked to a row, and who is not.
extension DemoWalk {
    func firstClerkSession() async throws {
        let address = "Ada@Example.com"
        page.note("\(ada.name) signs up at Clerk as \(address) and verifies it; her row says \(ada.email).")
        adaAtClerk = try await stage.clerk.signUp(address)
        let session = try await stage.clerk.signIn(adaAtClerk)
        expectArrival(try await get("/api/profile", [.bearer(session)]), of: ada, by: "clerk")

        let ledger = try stage.database.ledger(of: adaAtClerk)
        page.say("ledger", ledger.map { "\($0.action) by rule \($0.rule), request \($0.requestID)" })
        let linked = try stage.database.clerkUser(of: ada)
        page.say("users", ["\(ada.id) <-> \(linked ?? "nobody")"])
        expect(
            ledger.map { [$0.action, $0.rule, $0.user] } == [["link", "verified_email", ada.id]] && linked == adaAtClerk,
            "linked once, to her row, because both sides have proved the same address")

        page.note("Her next request needs no rule any more.")
        expectArrival(
            try await get("/api/settings/theme", [.bearer(try await stage.clerk.signIn(adaAtClerk))]), of: ada, by: "clerk")
    }

    func secondClerkUser() async throws {
        let address = "ADA@EXAMPLE.COM"
        page.note("\(ada.name) takes another address at Clerk. Somebody else signs up with \(address) and verifies it.")
        try await stage.clerk.changeAddress(of: adaAtClerk, to: "ada@new.example.com")
        let stranger = try await stage.clerk.signUp(address)
        let session = try await stage.clerk.signIn(stranger)
        expectRefusal(try await get("/api/profile", [.bearer(session)]), .forbidden, "row_already_linked")

        let reviews = try stage.database.reviews(of: stranger)
        page.say(
            "reviews", reviews.map { "\(stranger) wanted \($0.candidate): \($0.code), \(counted(Int($0.count) ?? 0, "time"))" })
        expect(
            reviews.map { [$0.candidate, $0.code] } == [[ada.id, "row_already_linked"]], "it waits in the review queue for a person"
        )
        let (linked, ledger) = (try stage.database.clerkUser(of: ada), try stage.database.ledger(of: stranger))
        expect(
            linked == adaAtClerk && ledger.isEmpty,
            "the row is still \(ada.name)'s, and the ledger says nothing of the stranger")
    }
}
