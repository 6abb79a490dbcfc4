import Authentication
import GatewayTesting
import Identity
import Settings
import Snapshot
import Telemetry
import Testing

@testable import Migration

/// A log of messages in memory that says what it is told to.
private final class FakeMessageLog: ClerkMessageLog {
    let standing: MessageStanding
    let effect: MessageEffect
    let outage: Unavailable?
    private let noted = Guarded<[String]>([])

    init(_ standing: MessageStanding = .new, _ effect: MessageEffect = .nothing, outage: Unavailable? = nil) {
        (self.standing, self.effect, self.outage) = (standing, effect, outage)
    }

    var taken: [String] { noted.withLock { $0 } }

    func standing(of message: ClerkMessage) async throws(Unavailable) -> MessageStanding { standing }

    func take(_ message: ClerkMessage, at now: UnixTime) async throws(Unavailable) -> MessageEffect {
        if let outage { throw outage }
        noted.withLock { $0.append(message.id) }
        return effect
    }
}

@Suite struct ClerkMessagesTests {
    private let now = ManualClock().now
    private let ada = ClerkUser("user_ada", email: "ada@example.com")
    private let row = DirectoryUser("1", email: "ada@example.com")

    private func told(_ event: ClerkMessage.Event? = nil) -> ClerkMessage {
        let user = ToldUser(id: ada.id, updated: now, email: nil, firstName: nil, lastName: nil)
        return ClerkMessage(id: "msg_1", type: "user.created", time: now, event: event ?? .user(user))
    }

    private func outcome(
        of message: ClerkMessage, _ log: FakeMessageLog, _ directory: FakeDirectory, _ clerkUsers: FakeClerkUsers,
        isLinkingOpen: Bool = true, _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) async -> Result<MessageOutcome, IdentityRefusal> {
        let messages = ClerkMessages(log, directory, LinkFixture.linker(directory, clerkUsers, edit))
        do throws(MessageFailure) {
            return .success(try await messages.handle(message, isLinkingOpen: isLinkingOpen, requestID: "r", at: now))
        } catch {
            #expect(!error.reason.isEmpty)
            return .failure(error.refusal)
        }
    }

    @Test func `a user is linked by the rules of a first request, and then the message is taken`() async {
        let (log, directory) = (FakeMessageLog(), FakeDirectory([row]))
        #expect(await outcome(of: told(), log, directory, FakeClerkUsers([ada])) == .success(.linked))
        #expect(directory.row("1")?.clerkUser == ada.id)
        #expect(log.taken == ["msg_1"])
    }

    @Test func `who is linked already costs Clerk no question`() async {
        let clerkUsers = FakeClerkUsers([ada])
        let directory = FakeDirectory([row.linked(to: ada.id)])
        #expect(await outcome(of: told(), FakeMessageLog(), directory, clerkUsers) == .success(.unchanged))
        #expect(clerkUsers.reads == 0)
    }

    @Test(arguments: [MessageStanding.duplicate, .outdated])
    func `a message that is known or out of date links nobody`(standing: MessageStanding) async {
        let directory = FakeDirectory([row])
        let log = FakeMessageLog(standing, .outdated)
        let expected: MessageOutcome = standing == .duplicate ? .duplicate : .outdated
        #expect(await outcome(of: told(), log, directory, FakeClerkUsers([ada])) == .success(expected))
        #expect(directory.links.isEmpty)
        #expect(log.taken.count == (standing == .duplicate ? 0 : 1))
    }

    @Test func `a refusal of the rules takes the message, and waits for nobody's review`() async {
        let directory = FakeDirectory([DirectoryUser("1", email: "ada@example.com", role: "admin")])
        let log = FakeMessageLog()
        #expect(await outcome(of: told(), log, directory, FakeClerkUsers([ada])) == .success(.notLinked(.privilegedRow)))
        #expect(directory.reviews.isEmpty)
        #expect(log.taken == ["msg_1"])
    }

    @Test func `what the table does not take is said, and the message is taken`() async {
        let (log, directory) = (
            FakeMessageLog(.new, .syncRefused(row.id, reason: "a CHECK")), FakeDirectory([row.linked(to: ada.id)])
        )
        let outcome = await outcome(of: told(), log, directory, FakeClerkUsers([ada]))
        #expect(outcome == .success(.syncRefused(reason: "a CHECK")))
        #expect((try? outcome.get())?.word == "sync_refused")
        #expect(log.taken == ["msg_1"])
    }

    @Test func `trouble takes no message`() async {
        let (log, away) = (FakeMessageLog(), FakeClerkUsers())
        away.fail(.unavailable(retryAfterSeconds: 7))
        #expect(await outcome(of: told(), log, FakeDirectory([row]), away) == .failure(.unavailable(retryAfterSeconds: 7)))
        let directory = FakeDirectory([row])
        directory.fail(.timedOut)
        #expect(await outcome(of: told(), log, directory, FakeClerkUsers([ada])) == .failure(.unavailable(retryAfterSeconds: 1)))
        #expect(log.taken.isEmpty)
        let full = FakeMessageLog(outage: .timedOut)
        let linked = FakeDirectory([row.linked(to: ada.id)])
        #expect(await outcome(of: told(), full, linked, FakeClerkUsers([ada])) == .failure(.unavailable(retryAfterSeconds: 1)))
    }

    @Test func `a row is made on the occasion that the settings name, and on no other`() async {
        for (occasion, isMade) in [(DirectorySettings.Linking.ProvisionOn.webhook, true), (.request, false)] {
            let directory = FakeDirectory()
            let outcome = await outcome(of: told(), FakeMessageLog(), directory, FakeClerkUsers([ada])) { linking in
                (linking.unknown, linking.provisionOn) = (.provision, occasion)
            }
            #expect(outcome == .success(isMade ? .linked : .notLinked(.awaitingProvision)))
            #expect(directory.rows.count == (isMade ? 1 : 0))
        }
    }

    @Test func `who is linked by a newer state than the message's is linked all the same`() async {
        let directory = FakeDirectory([row])
        #expect(await outcome(of: told(), FakeMessageLog(.new, .outdated), directory, FakeClerkUsers([ada])) == .success(.linked))
    }

    @Test func `while nobody is to be linked, only a message that must make a row comes again`() async {
        let (directory, log) = (FakeDirectory([row]), FakeMessageLog())
        #expect(await outcome(of: told(), log, directory, FakeClerkUsers([ada]), isLinkingOpen: false) == .success(.unchanged))
        let refused = await outcome(of: told(), log, directory, FakeClerkUsers([ada]), isLinkingOpen: false) { linking in
            (linking.unknown, linking.provisionOn) = (.provision, .webhook)
        }
        #expect(refused == .failure(.link(.awaitingProvision)))
        #expect(directory.links.isEmpty)
        #expect(log.taken == ["msg_1"])
    }

    @Test func `what is of no concern asks nobody`() async {
        let log = FakeMessageLog(outage: .timedOut)
        #expect(await outcome(of: told(.other), log, FakeDirectory(), FakeClerkUsers()) == .success(.ignored))
    }
}
