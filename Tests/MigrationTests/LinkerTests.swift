import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// Races, outages and what is left behind.
@Suite struct LinkerTests {
    let now = ManualClock().now
    let ada = ClerkUser("user_ada", email: "ada@example.com")
    let row = DirectoryUser("7", email: "ada@example.com")

    private func link(_ linker: Linker, _ user: String = "user_ada", legacy: Verdict<LegacySubject> = .absent) async -> Result<
        DirectoryUser, IdentityRefusal
    > {
        do throws(IdentityRefusal) {
            return .success(try await linker.row(for: LinkFixture.session(user), beside: legacy, requestID: "r1", at: now))
        } catch { return .failure(error) }
    }

    @Test func `a link names its rule, its request and what the row must still say`() async {
        let directory = FakeDirectory([row])
        let linked = await link(LinkFixture.linker(directory, FakeClerkUsers([ada])))
        #expect(linked == .success(row.linked(to: ada.id)))
        #expect(
            directory.links == [
                NewLink(
                    row: row, clerkUser: ada.id, rule: "verified_email", needsSoleEmail: true, requestID: "r1", time: now)
            ])
        #expect(directory.reviews.isEmpty)
    }

    @Test func `where messages make rows, a request makes one only for whom a message has told of`() async {
        let directory = FakeDirectory()
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) {
            ($0.unknown, $0.provisionOn) = (.provision, .webhook)
        }
        #expect(await link(linker) == .failure(.link(.awaitingProvision)))
        // The message was refused, for an address that has been freed since.
        directory.markTold("user_ada")
        #expect(await link(linker, legacy: .forged) == .failure(.link(.needsConfirmation)))
        #expect((try? await link(linker).get())?.clerkUser == ada.id)
    }

    @Test func `many first requests at once read Clerk once and link once`() async {
        let directory = FakeDirectory([row])
        let clerkUsers = FakeClerkUsers([ada])
        let worker = Worker(LinkFixture.linker(directory, clerkUsers))
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await worker.link("user_ada")?.id.text == "7" } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count == 200)
        #expect(results.allSatisfy { $0 })
        #expect(directory.links.count == 1)
        #expect(clerkUsers.reads < 200)
    }

    @Test func `two Clerk users with one address make one link`() async {
        let directory = FakeDirectory([row])
        let twin = ClerkUser("user_twin", email: "ada@example.com")
        let workers = (0..<2).map { _ in Worker(LinkFixture.linker(directory, FakeClerkUsers([ada, twin]))) }
        let results = await withTaskGroup(of: Bool.self) { group in
            for (worker, user) in zip(workers, ["user_ada", "user_twin"]) { group.addTask { await worker.link(user) != nil } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.filter { $0 }.count == 1)
        #expect(directory.links.count == 1)
    }

    @Test func `a link that another replica made meanwhile is used, not refused`() async {
        let directory = FakeDirectory([row])
        directory.beforeNextWrite { $0.put(DirectoryUser("7", email: "ada@example.com", clerkUser: "user_ada")) }
        #expect(await link(LinkFixture.linker(directory, FakeClerkUsers([ada]))) == .success(row.linked(to: ada.id)))
        #expect(directory.links.isEmpty)
    }

    @Test func `a row that another user took meanwhile is refused and queued`() async {
        let directory = FakeDirectory([row])
        directory.beforeNextWrite { $0.put(DirectoryUser("7", email: "ada@example.com", clerkUser: "user_eve")) }
        #expect(await link(LinkFixture.linker(directory, FakeClerkUsers([ada]))) == .failure(.link(.rowAlreadyLinked)))
        #expect(directory.reviews == [.init(clerkUser: "user_ada", candidate: "7", code: "row_already_linked")])
    }

    @Test(arguments: [
        (DirectoryUser("7", email: "else@example.com", isEmailVerified: true), LinkRefusal.notRegistered),
        (DirectoryUser("7", email: "ada@example.com", isEmailVerified: false), .legacyEmailUnverified),
        (DirectoryUser("7", email: "ada@example.com", isEmailVerified: true, role: "admin"), .privilegedRow),
        (DirectoryUser("7", email: "ada@example.com", isEmailVerified: true, isActive: false), .rowInactive),
        (DirectoryUser("8", email: "Ada@example.com", isEmailVerified: true), .ambiguousEmail),
    ])
    func `what changes between proof and link is judged again`(change: DirectoryUser, refusal: LinkRefusal) async {
        let directory = FakeDirectory([DirectoryUser("7", email: "ada@example.com", isEmailVerified: true)])
        directory.beforeNextWrite { $0.put(change) }
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) { $0.legacyEmail = .verifiedColumn }
        #expect(await link(linker) == .failure(.link(refusal)))
        #expect(directory.links.isEmpty)
    }

    @Test func `a change that the proof does not mind is linked at the second look`() async {
        let directory = FakeDirectory([row])
        let editor = DirectoryUser("7", email: "Ada@example.com", role: "editor")
        directory.beforeNextWrite { $0.put(editor) }
        #expect(await link(LinkFixture.linker(directory, FakeClerkUsers([ada]))) == .success(editor.linked(to: ada.id)))
    }

    @Test func `somebody without a row gets one where the settings say so, once`() async {
        let directory = FakeDirectory()
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) { $0.unknown = .provision }
        guard case .success(let made) = await link(linker), case .success(let again) = await link(linker) else {
            return #expect(Bool(false))
        }
        #expect(made == again)
        #expect(directory.rows.count == 1)
    }

    @Test(arguments: [
        Verdict.expired(nil), .forged, .expired(LegacySubject(user: UserID("7"), entry: 0, isSecure: true, expires: nil)),
    ])
    func `nobody who sends an old credential of any worth gets a second row`(legacy: Verdict<LegacySubject>) async {
        let directory = FakeDirectory()
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) { $0.unknown = .provision }
        #expect(await link(linker, legacy: legacy) == .failure(.link(.needsConfirmation)))
        #expect(directory.rows.isEmpty)
    }

    /// An unsigned token or an asserted id, good or over, of a victim or of nobody.
    @Test(arguments: [
        LinkFixture.legacy("7", isSecure: false), LinkFixture.legacy("8", isSecure: false),
        .expired(LegacySubject(user: UserID("7"), entry: 0, isSecure: false, expires: nil)),
    ])
    func `what proves nothing neither makes a link nor helps nor hinders one`(legacy: Verdict<LegacySubject>) async {
        func outcome(_ rows: [DirectoryUser], _ user: ClerkUser, _ unknown: DirectorySettings.Linking.Unknown) async -> [String] {
            var outcomes: [String] = []
            for legacy in [legacy, .absent] {
                let directory = FakeDirectory(rows)
                let linker = LinkFixture.linker(directory, FakeClerkUsers([user])) {
                    $0.unknown = unknown
                    $0.privilegedRoles = ["admin"]
                }
                let result = await link(linker, user.id.text, legacy: legacy)
                outcomes.append("\(result) \(directory.rows.map { "\($0)" }.sorted()) \(directory.reviews)")
            }
            return outcomes
        }
        let victim = DirectoryUser("7", email: "victim@example.com")
        let users = [
            ada, ClerkUser("user_eve", email: "eve@example.com"), ClerkUser("user_eve", email: "eve@example.com", externalID: "66"),
        ]
        for user in users {
            for rows in [
                [victim], [victim, DirectoryUser("8", email: "ada@example.com")],
                [DirectoryUser("7", email: "ada@example.com", role: "admin")],
            ] {
                for unknown in [DirectorySettings.Linking.Unknown.refuse, .provision] {
                    let outcomes = await outcome(rows, user, unknown)
                    #expect(outcomes[0] == outcomes[1])
                }
            }
        }
    }

    @Test func `a token of another system in an old place is no old credential`() async {
        let directory = FakeDirectory()
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) { $0.unknown = .provision }
        #expect(await link(linker, legacy: .foreign) != .failure(.link(.needsConfirmation)))
        #expect(directory.rows.count == 1)
    }

    @Test func `a row that appeared before provisioning is linked instead`() async {
        let directory = FakeDirectory()
        let row = row
        directory.beforeNextWrite { $0.put(row) }
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada])) { $0.unknown = .provision }
        #expect(await link(linker) == .success(row.linked(to: ada.id)))
        #expect(directory.rows.count == 1)
    }

    @Test func `trouble with Clerk or the database is ours, and leaves nothing behind`() async {
        let directory = FakeDirectory([row])
        let clerkUsers = FakeClerkUsers([ada])
        clerkUsers.fail(.unavailable(retryAfterSeconds: 12))
        #expect(await link(LinkFixture.linker(directory, clerkUsers)) == .failure(.unavailable(retryAfterSeconds: 12)))
        clerkUsers.fail(nil)
        directory.fail(.timedOut)
        #expect(await link(LinkFixture.linker(directory, clerkUsers)) == .failure(.unavailable(retryAfterSeconds: 1)))
        directory.fail(nil)
        #expect(
            await link(LinkFixture.linker(directory, clerkUsers), legacy: .unavailable)
                == .failure(.unavailable(retryAfterSeconds: 1)))
        #expect(directory.links.isEmpty && directory.reviews.isEmpty)
        #expect(await link(LinkFixture.linker(directory, clerkUsers)) == .success(row.linked(to: ada.id)))
    }

    @Test func `a user that Clerk does not know is nobody`() async {
        let directory = FakeDirectory([row])
        #expect(await link(LinkFixture.linker(directory, FakeClerkUsers())) == .failure(.link(.clerkUserUnknown)))
        #expect(directory.reviews.isEmpty)
    }

    @Test func `the old credential of the same person links a privileged row`() async {
        let admin = DirectoryUser("7", email: "ada@example.com", role: "admin")
        let directory = FakeDirectory([admin])
        #expect(
            await link(LinkFixture.linker(directory, FakeClerkUsers([ada])), legacy: LinkFixture.legacy("7"))
                == .success(admin.linked(to: ada.id)))
        #expect(directory.links.map(\.rule) == ["legacy_credential"])
    }
}

/// One worker: its tasks take turns, as on a loop.
actor Worker {
    private let linker: Linker

    init(_ linker: sending Linker) { self.linker = linker }

    func link(_ user: String) async -> DirectoryUser? {
        try? await linker.row(for: LinkFixture.session(user), beside: .absent, requestID: "r", at: ManualClock().now)
    }
}
