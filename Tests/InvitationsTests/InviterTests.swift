import Authentication
import GatewayTesting
import Identity
import Mail
import Settings
import Synchronization
import Telemetry
import Testing

@testable import Invitations

@Suite("Inviter") struct InviterTests {
    let store = FakeInvitations()
    let carrier = FakeCarrier()
    let now = UnixTime(seconds: 1_795_305_600)

    func inviter(_ change: (inout InvitationSettings) -> Void = { _ in }) -> Inviter {
        var settings = InvitationSettings(page: "/migrate", url: "https://app.example.com", site: "Example")
        change(&settings)
        let smtp = SMTPSettings(url: "smtp://mail.example.com", from: Mailbox("no-reply@example.com")!, requiresTLS: true)
        return Inviter(settings, smtp, Letters(), store: store, carrier: carrier)
    }

    func addressee(_ email: String? = "ada@example.com", name: String? = nil, clerkUser: String? = nil) -> Addressee {
        Addressee(row: DirectoryUser("7", email: email, clerkUser: clerkUser), name: name)
    }

    @Test func `the mail holds the token, and the store its digest`() async throws {
        let random = ([UInt8](repeating: 7, count: 32), [UInt8](repeating: 1, count: 16))
        let outcome = try await inviter().invite(addressee(), .link, batch: nil, .asked(perHour: 60), at: now, random: random)
        #expect(outcome == .sent(until: now.adding(seconds: 86_400)))
        let token = InvitationToken(random: random.0)
        #expect(store.begun.map(\.token) == [token.digest])
        #expect(store.noted == [.sent])
        let mail = carrier.text.replacing("=\r\n", with: "")
        #expect(mail.contains("https://app.example.com/migrate?token=3D\(token.text.exposeText())"))
        #expect(mail.contains("24 hours"))
        #expect(!"\(store.begun)".contains(token.text.exposeText()))
    }

    @Test func `a welcome says whom it lets in, and lasts longer`() async throws {
        let outcome = try await inviter().invite(
            addressee(clerkUser: "user_ada"), .welcome, batch: "b", .run(began: now, resends: false), at: now)
        #expect(outcome == .sent(until: now.adding(seconds: 72 * 3_600)))
        #expect(store.begun.map(\.clerkUser) == [ClerkUserID("user_ada")])
        #expect(carrier.text.contains("3 days"))
    }

    @Test func `what the server refuses is noted`() async throws {
        carrier.fails(.refused(code: 550))
        #expect(
            try await inviter().invite(addressee(), .link, batch: nil, .asked(perHour: 60), at: now) == .failed(.refused(code: 550))
        )
        #expect(store.noted == [.failed("the mail server answered 550")])
    }

    @Test func `what the server did not confirm is noted as unclear`() async throws {
        let failure = MailFailure.unclear("it hung up")
        carrier.fails(failure)
        #expect(try await inviter().invite(addressee(), .link, batch: nil, .asked(perHour: 60), at: now) == .failed(failure))
        #expect(store.noted == [.unclear("it hung up")])
    }

    @Test func `whose turn it is not sends nothing`() async throws {
        for (start, outcome) in [
            (InvitationStart.notOurTurn, Inviter.Outcome.notOurTurn),
            (.tooOften(retryAfterSeconds: 7), .tooOften(retryAfterSeconds: 7)),
        ] {
            store.refuse(start)
            #expect(try await inviter().invite(addressee(), .link, batch: nil, .asked(perHour: 60), at: now) == outcome)
            #expect(carrier.text.isEmpty)
        }
    }

    @Test(arguments: [
        nil, "", "ada", "ada@example.com\r\nRCPT TO:<eve@example.com>", "ada@example.com,eve@example.com", "ädä@example.com",
    ])
    func `an address that is none is written to by nobody`(_ email: String?) async throws {
        #expect(try await inviter().invite(addressee(email), .link, batch: nil, .asked(perHour: 60), at: now) == .noAddress)
        #expect(store.begun.isEmpty && carrier.text.isEmpty)
    }

    @Test(arguments: ["Ada", "Ada Lovelace", "Zoë", "O'Brien-Smith", "李"])
    func `a name is shown`(_ name: String) { #expect(Inviter.shownName(name) == name) }

    @Test(arguments: [
        "", " Ada", "Ada\n", "Ada\r\nBcc: x", "evil.example", "http://evil", "click here: evil", "<b>", "Ada@evil", "{site}",
        "50% off!",
        "Ada\u{202E}", "Ada\u{200B}", String(repeating: "a", count: 61), "1", "€",
    ])
    func `what is more than a name is left out`(_ name: String) async throws {
        #expect(Inviter.shownName(name) == nil)
        _ = try await inviter().invite(addressee(name: name), .link, batch: nil, .asked(perHour: 60), at: now)
        #expect(carrier.text.contains("\r\nHello,\r\n"))
    }

    @Test func `our letters are read, and an operator's may take the place of each part`() throws {
        let values = Dictionary(uniqueKeysWithValues: Letters.places.map { ($0, "<\($0)>") })
        for letter in [Letters().invitation.letter(values), Letters().welcome.letter(values)] {
            #expect(letter.text.contains("<migration_url>") && letter.text.contains("<expires_in>"))
            #expect(letter.html.contains("href=\"&lt;migration_url&gt;\""))
            #expect(letter.subject.contains("<site>"))
        }
        let own = try Letters { $0 == "welcome.subject" ? "Hi {user_name}" : nil }
        #expect(own.welcome.letter(values).subject == "Hi <user_name>")
        #expect(own.welcome.letter(values).text == Letters().welcome.letter(values).text)
        #expect(throws: Letters.Fault.self) { try Letters { $0 == "welcome.txt" ? "{password}" : nil } }
    }
}

/// Remembers what it was told.
final class FakeInvitations: InvitationStore {
    private let state = Mutex((begun: [NewInvitation](), noted: [MailOutcome](), refusal: InvitationStart?.none))
    var begun: [NewInvitation] { state.withLock { $0.begun } }
    var noted: [MailOutcome] { state.withLock { $0.noted } }
    func refuse(_ refusal: InvitationStart) { state.withLock { $0.refusal = refusal } }

    func addressee(_ user: UserID) async throws(Unavailable) -> Addressee? { nil }
    func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser] { [] }
    func begin(_ invitation: NewInvitation, _ turn: InvitationTurn) async throws(Unavailable) -> InvitationStart {
        state.withLock { state in
            if let refusal = state.refusal { return refusal }
            state.begun.append(invitation)
            return .begun
        }
    }
    func note(_ outcome: MailOutcome, of invitation: NewInvitation, at time: UnixTime) async throws(Unavailable) {
        state.withLock { $0.noted.append(outcome) }
    }
    func invitation(_ token: InvitationDigest, isOpened: Bool, at now: UnixTime) async throws(Unavailable) -> Invitation? { nil }
    func accept(_ token: InvitationDigest, _ link: NewLink) async throws(Unavailable) -> LinkOutcome { .changed }
    func redeem(_ token: InvitationDigest, at now: UnixTime) async throws(Unavailable) -> ClerkUserID? { nil }
    func giveBack(_ token: InvitationDigest) async throws(Unavailable) {}
}

final class FakeCarrier: MailCarrier {
    private let state = Mutex((text: "", failure: MailFailure?.none))
    var text: String { state.withLock { $0.text } }
    func fails(_ failure: MailFailure) { state.withLock { $0.failure = failure } }

    func carry(_ message: MailMessage) async throws(MailFailure) {
        let failure = state.withLock { state in
            if state.failure == nil { state.text = String(decoding: message.content, as: UTF8.self) }
            return state.failure
        }
        if let failure { throw failure }
    }
}
