import Authentication
import Migration
import Testing

@Suite struct ClerkCallsTests {
    private let clerk = FakeClerkAdmin()
    private let pace = FakePace()

    private func user(_ id: String = "user_1", hasSignedIn: Bool = false) -> ClerkUser {
        ClerkUser(
            id: ClerkUserID(id), externalID: "1", primaryEmail: nil, emailAddresses: [], batch: "b", hasSignedIn: hasSignedIn)
    }

    private func delete(_ id: String = "user_1") async -> Result<ClerkCalls.Deletion<String>, ClerkCallFailure> {
        do throws(ClerkCallFailure) {
            return .success(try await ClerkCalls(clerk, pace).delete(ClerkUserID(id)) { $0.hasSignedIn ? "signed in" : nil })
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)]) func `users are asked about a hundred at a time`(
        count: Int, calls: Int
    ) async throws {
        for number in 0..<count {
            clerk.put(ClerkUser(id: ClerkUserID("user_\(number)"), externalID: "\(number)", primaryEmail: nil, emailAddresses: []))
        }
        let found = try await ClerkCalls(clerk, pace).users(of: (0..<count).map { ClerkUserID("user_\($0)") })
        #expect(found.count == count && clerk.looked.count == calls && pace.turns == calls)
    }

    @Test func `each call has its turn, a look before each deletion too`() async {
        clerk.put(user())
        #expect(await delete() == .success(.deleted))
        #expect(pace.turns == 2 && clerk.looked == [.userIDs(["user_1"])] && clerk.deleted == [ClerkUserID("user_1")])
    }

    @Test func `Clerk's limit is waited for as long as it says, and trouble a moment`() async {
        clerk.put(user())
        clerk.plan(lookUps: .limited(retryAfterSeconds: 3), .failed("status 503"))
        clerk.plan(deletions: .limited(retryAfterSeconds: 7), .unclear("lost"), .unclear("status 409"))
        #expect(await delete() == .success(.deleted))
        #expect(pace.blocks == [3, 7] && pace.pauses == 3)
        #expect(clerk.deleted.count == 4 && clerk.looked.count == 6 && pace.turns == 10)
    }

    @Test func `whoever signs in while a deletion waits is kept`() async {
        clerk.put(user())
        clerk.plan(deletions: .limited(retryAfterSeconds: 60))
        let signedIn = user(hasSignedIn: true)
        clerk.onDeletion { $0.put(signedIn) }
        #expect(await delete() == .success(.kept("signed in")))
        #expect(clerk.deleted.count == 1)
    }

    @Test func `who is gone before it is asked is gone, and who is gone after a lost reply was deleted`() async {
        #expect(await delete() == .success(.gone))
        clerk.onDeletion { $0.forget("1") }
        clerk.put(user())
        clerk.plan(deletions: .unclear("lost"))
        #expect(await delete() == .success(.deleted))
        clerk.put(user())
        clerk.plan(deletions: .limited(retryAfterSeconds: 1))
        #expect(await delete() == .success(.gone), "a 429 has done nothing: it was somebody else")
    }

    @Test func `an answer about somebody else deletes nobody`() async {
        clerk.plan(lookUps: .users([user("user_other")]))
        #expect(await delete() == .success(.gone))
        #expect(clerk.deleted.isEmpty)
    }

    @Test func `what no waiting mends ends it at once`() async {
        clerk.plan(lookUps: .hopeless("status 401"))
        #expect(await delete() == .failure(ClerkCallFailure(words: "status 401")))
        clerk.put(user())
        clerk.plan(deletions: .hopeless("status 403"))
        #expect(await delete() == .failure(ClerkCallFailure(words: "status 403")))
        #expect(pace.blocks.isEmpty && pace.pauses == 0)
    }

    @Test(arguments: [(DeleteReply.unclear("lost"), true), (.limited(retryAfterSeconds: 1), false)])
    func `what was asked for without a clear answer may be done yet`(reply: DeleteReply, mayBeDone: Bool) async {
        clerk.put(user())
        clerk.plan(deletions: reply, .hopeless("status 401"))
        #expect(await delete() == .failure(ClerkCallFailure(words: "status 401", mayBeDone: mayBeDone)))
    }

    @Test func `nobody waits for ever`() async {
        clerk.put(user())
        for _ in 0..<50 { clerk.plan(deletions: .unclear("away")) }
        #expect(await delete() == .failure(ClerkCallFailure(words: "away", mayBeDone: true)))
        #expect(clerk.deleted.count == 10)
        for _ in 0..<50 { clerk.plan(lookUps: .failed("away")) }
        #expect(await delete() == .failure(ClerkCallFailure(words: "away")))
        #expect(clerk.looked.count == 20 && clerk.deleted.count == 10)
    }
}
