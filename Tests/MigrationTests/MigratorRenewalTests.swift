import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// People who change their password in the old system after Clerk was told it.
@Suite struct MigratorRenewalTests {
    private let clerk = FakeClerkAdmin()
    private let pace = FakePace()
    private let first = "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"
    private let second = "$2b$04$7EqJtq98hPqEX7fNZaFWoOa5QaXgXyj7cq7d7DPFBF1Hpzj9Iyx5m"

    /// Somebody who was migrated with the first digest, and has the second one now.
    private func store(isOurs: Bool = true, hasSignedIn: Bool = false, linkedTo clerkUser: String = "user_1") -> FakeMigrationStore
    {
        let store = FakeMigrationStore(1)
        change("1", in: store, isOurs: isOurs, hasSignedIn: hasSignedIn, linkedTo: clerkUser)
        return store
    }

    private func change(
        _ id: String, in store: FakeMigrationStore, isOurs: Bool = true, hasSignedIn: Bool = false, linkedTo clerkUser: String
    ) {
        clerk.put(
            ClerkUser(
                id: ClerkUserID("user_\(id)"), externalID: id, primaryEmail: nil, emailAddresses: [], batch: isOurs ? "old" : nil,
                hasSignedIn: hasSignedIn))
        store.edit(id) { person in
            person.row.user = DirectoryUser(id, email: "user\(id)@example.com", clerkUser: clerkUser)
            person.row.toldDigest = fingerprint(of: first)
            person.row.passwordHash = Secret(second)
            person.clerkUser = ClerkUserID(clerkUser)
            person.settlement = Settlement(.changed)
        }
    }

    private func fingerprint(of digest: String) -> String? {
        guard case .digest(let digest) = PasswordDigest.read(Secret(digest), declared: nil) else { return nil }
        return digest.fingerprint
    }

    private func run(_ store: FakeMigrationStore, hasSucceeded: Bool = false) async -> MigrationHalt? {
        var users = DirectorySettings.Users()
        users.email = "email"
        let settings = DirectorySettings(location: .sqlite(path: "none"), users: users, linking: .init(legacyEmail: .trusted))
        let migrator = Migrator(
            "test", hasSucceeded: hasSucceeded, store: store, clerk: clerk, pace: pace,
            rules: MigrationRules(settings, MigrationSettings()),
            shared: SharedIdentifiers(), takenRules: TakenRules(FakeDirectory(), LinkRules(settings)),
            now: { UnixTime(seconds: 1_767_225_600) }, isStopping: { false }, report: { _ in })
        do throws(MigrationHalt) { try await migrator.run() } catch { return error }
        return nil
    }

    @Test func `Clerk is told the new digest, and nobody is created`() async {
        let store = store()
        #expect(await run(store) == nil)
        #expect(clerk.renewed == [ClerkUserID("user_1"): second] && clerk.made.isEmpty)
        #expect(store.person("1")?.settlement == Settlement(.linked, digest: fingerprint(of: second)))
        #expect(store.person("1")?.row.toldDigest == fingerprint(of: second))
        #expect(pace.turns == 3, "a look-up for all, one for each, and the change")
    }

    @Test(arguments: [(true, true, "user_1"), (false, false, "user_1"), (true, false, "user_other")])
    func `who has signed in, is not ours or is linked elsewhere keeps the password that Clerk has`(
        isOurs: Bool, hasSignedIn: Bool, clerkUser: String
    ) async {
        let store = store(isOurs: isOurs, hasSignedIn: hasSignedIn, linkedTo: clerkUser)
        #expect(await run(store) == nil)
        #expect(clerk.renewed.isEmpty)
        #expect(store.person("1")?.settlement.code == Migrator.staleDigest && store.count(.linked) == 1)
        #expect(store.person("1")?.row.toldDigest == fingerprint(of: second), "it is listed once")
    }

    @Test func `a digest that was changed back, or that nobody can read, changes nothing`() async {
        for hash in [first, "not a digest", ""] {
            let store = store()
            store.edit("1") { $0.row.passwordHash = Secret(hash) }
            #expect(await run(store) == nil)
            #expect(clerk.renewed.isEmpty && store.person("1")?.settlement == Settlement(.linked))
        }
    }

    @Test func `who is not linked any more is neither told nor created`() async {
        let store = store()
        store.edit("1") { $0.row.user = DirectoryUser("1", email: "user1@example.com") }
        #expect(await run(store) == nil)
        #expect(clerk.renewed.isEmpty && clerk.made.isEmpty && store.count(.linked) == 1)
    }

    @Test func `who signs in while Clerk makes us wait keeps the password that Clerk has`() async {
        let store = store()
        let signedIn = ClerkUser(
            id: ClerkUserID("user_1"), externalID: "1", primaryEmail: nil, emailAddresses: [], batch: "old", hasSignedIn: true)
        clerk.plan(renewals: .limited(retryAfterSeconds: 7))
        clerk.onRenewal { $0.put(signedIn) }
        #expect(await run(store) == nil)
        #expect(clerk.renewed.isEmpty && store.person("1")?.settlement.code == Migrator.staleDigest)
    }

    @Test func `429 is waited for, and an unclear reply is asked for again`() async {
        let store = store()
        clerk.plan(renewals: .limited(retryAfterSeconds: 7), .unclear("lost"), .unclear("status 500"))
        #expect(await run(store) == nil)
        #expect(pace.blocks == [7] && clerk.renewed.count == 1 && store.count(.linked) == 1)
    }

    @Test func `a digest that Clerk refuses is listed, and asked for again by the next run`() async {
        let store = store()
        clerk.plan(renewals: .refused(ClerkFault(code: "form_password_digest_invalid_code", parameter: "password_digest")))
        #expect(await run(store) == nil)
        #expect(store.person("1")?.settlement.code == "form_password_digest_invalid_code")
        #expect(store.person("1")?.row.toldDigest == fingerprint(of: first))
    }

    @Test func `a key that is refused ends the run, and the person is still to be done`() async {
        let store = store()
        clerk.plan(renewals: .hopeless("status 401"))
        #expect(await run(store) == .clerk("status 401"))
        #expect(store.count(.changed) == 1)
        #expect(await run(store) == nil)
        #expect(clerk.renewed.count == 1)
    }

    @Test func `Clerk may not be unclear for ever`() async {
        let store = store()
        for _ in 0..<50 { clerk.plan(renewals: .unclear("away")) }
        #expect(await run(store) == .clerk("away"))
        #expect(store.count(.changed) == 1)
    }

    @Test func `of whom Clerk never speaks clearly keeps nobody else, and is told again by the next run`() async {
        let store = store()
        for _ in 0..<8 { clerk.plan(renewals: .unclear("status 500")) }
        #expect(await run(store, hasSucceeded: true) == nil)
        #expect(clerk.renewed.isEmpty && store.person("1")?.settlement == Settlement(.linked, code: "reply_unclear"))
        #expect(store.person("1")?.row.toldDigest == fingerprint(of: first))
    }

    @Test func `where Clerk speaks clearly of nobody, it is no matter of each, and the run ends`() async {
        let store = FakeMigrationStore(4)
        for id in ["1", "2", "3", "4"] { change(id, in: store, linkedTo: "user_\(id)") }
        for _ in 0..<50 { clerk.plan(renewals: .unclear("status 500")) }
        #expect(await run(store, hasSucceeded: true) == .clerk("status 500"))
        #expect(store.count(.linked) == 2 && store.count(.changed) == 2)
    }
}
