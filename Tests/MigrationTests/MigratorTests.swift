import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Snapshot
import Telemetry
import Testing

@Suite struct MigratorTests {
    private let clerk = FakeClerkAdmin()
    private let pace = FakePace()
    private let directory = FakeDirectory()

    private func migrator(_ store: FakeMigrationStore, isStopping: @escaping @Sendable () -> Bool = { false }) -> Migrator {
        var users = DirectorySettings.Users()
        users.email = "email"
        let settings = DirectorySettings(location: .sqlite(path: "none"), users: users, linking: .init(legacyEmail: .trusted))
        return Migrator(
            "test", store: store, clerk: clerk, pace: pace, rules: MigrationRules(settings, MigrationSettings()),
            shared: SharedIdentifiers(), takenRules: TakenRules(directory, LinkRules(settings)),
            now: { UnixTime(seconds: 1_767_225_600) }, isStopping: isStopping, report: { _ in })
    }

    private func run(_ store: FakeMigrationStore) async -> MigrationHalt? {
        do throws(MigrationHalt) { try await migrator(store).run() } catch { return error }
        return nil
    }

    @Test(arguments: [1, 99, 100, 101, 250]) func `each is asked for once, and looked for once in a hundred`(count: Int) async {
        let store = FakeMigrationStore(count)
        #expect(await run(store) == nil)
        #expect(store.count(.linked) == count && clerk.users.count == count && store.ours.count == count)
        #expect(clerk.made.count == count)
        #expect(clerk.looked.count == (count + 99) / 100)
        #expect(pace.turns == clerk.made.count + clerk.looked.count)
    }

    @Test func `who was created by a call whose reply was lost is found and not created again`() async {
        let store = FakeMigrationStore(3)
        clerk.plan(.lost(isDone: true), .lost(isDone: false), .lost(isDone: true))
        #expect(await run(store) == nil)
        // One of the three was not created, whichever it was, and is asked for again.
        #expect(clerk.made.count == 4 && Set(clerk.made) == ["1", "2", "3"])
        #expect(clerk.looked.count == 2)
        #expect(store.count(.linked) == 3 && Set(store.ours) == [UserID("1"), UserID("2"), UserID("3")])
    }

    @Test func `who was being created when a process died is looked for first`() async {
        let store = FakeMigrationStore(3)
        for id in ["1", "2"] { store.edit(id) { $0.settlement = Settlement(.creating) } }
        clerk.put(FakeClerkAdmin.made("1"))
        #expect(await run(store) == nil)
        #expect(clerk.made.sorted() == ["2", "3"])
        #expect(store.count(.linked) == 3 && store.ours.contains(UserID("1")))
    }

    @Test func `who was created by somebody else meanwhile is linked, and not ours to take back`() async {
        let store = FakeMigrationStore(1)
        store.edit("1") { $0.settlement = Settlement(.creating) }
        clerk.put(ClerkUser("user_1", email: nil, externalID: "1"))
        #expect(await run(store) == nil)
        #expect(store.count(.linked) == 1 && store.ours.isEmpty && clerk.made.isEmpty)
    }

    @Test func `who was there before anybody asked is linked, and not ours`() async {
        let store = FakeMigrationStore(2)
        clerk.put(ClerkUser("user_1", email: nil, externalID: "1"))
        #expect(await run(store) == nil)
        #expect(clerk.made == ["2"])
        #expect(store.ours == [UserID("2")] && store.count(.linked) == 2)
    }

    @Test func `who is created and not linked is only linked`() async {
        let store = FakeMigrationStore(1)
        store.edit("1") { $0 = .init(row: $0.row, settlement: Settlement(.created), clerkUser: ClerkUserID("user_1")) }
        #expect(await run(store) == nil)
        #expect(clerk.made.isEmpty && clerk.looked.isEmpty)
        #expect(store.count(.linked) == 1)
    }

    @Test func `a 429 is waited for and is no unclear reply`() async {
        let store = FakeMigrationStore(2)
        clerk.plan(.reply(.limited(retryAfterSeconds: 7)))
        clerk.plan(lookUps: .limited(retryAfterSeconds: 3))
        #expect(await run(store) == nil)
        #expect(pace.blocks == [3, 7])
        #expect(clerk.made.count == 3 && clerk.looked.count == 2)
    }

    @Test func `what would go wrong for everybody ends the run, and what was done stands`() async {
        let store = FakeMigrationStore(200)
        clerk.plan(.reply(.hopeless("status 401")))
        #expect(await run(store) == .clerk("status 401"))
        #expect(clerk.made.count <= MigrationLimits.calls)
        #expect(store.count(.linked) == clerk.users.count)
        #expect(await run(store) == nil)
        #expect(store.count(.linked) == 200 && clerk.users.count == 200)
    }

    @Test func `what is wrong with one row stops nobody else`() async {
        let store = FakeMigrationStore(3)
        clerk.plan(.reply(.refused(ClerkFault(code: "form_param_value_invalid", parameter: "password_digest"))))
        #expect(await run(store) == nil)
        #expect(store.count(.failed) == 1 && store.count(.linked) == 2)
    }

    @Test func `refusals of everybody end the run`() async {
        let store = FakeMigrationStore(300)
        let fault = ClerkFault(code: "form_data_missing", parameter: "phone_number")
        for _ in 0..<300 { clerk.plan(.reply(.refused(fault))) }
        guard case .clerk(let words) = await run(store) else {
            Issue.record("it went on")
            return
        }
        #expect(words.contains("form_data_missing (phone_number)"))
        #expect(store.count(.planned) >= 200)
    }

    @Test func `a database that goes away for a while keeps nobody`() async {
        let store = FakeMigrationStore(5)
        store.fail(7)
        #expect(await run(store) == nil)
        #expect(store.count(.linked) == 5)
    }

    @Test func `a database that stays away ends the run`() async {
        let store = FakeMigrationStore(5)
        store.fail(1_000)
        #expect(await run(store) == .directory(.timedOut))
        #expect(clerk.made.isEmpty)
    }

    @Test func `planning waits for a database that is slow or away`() async {
        let store = FakeMigrationStore(2)
        for id in ["1", "2"] { store.edit(id) { $0.settlement = Settlement(.failed, code: "email_malformed") } }
        store.fail(7)
        let people = ["1", "2"].map { PlannedPerson(id: UserID($0), settlement: Settlement(.planned)) }
        var halt: MigrationHalt?
        do throws(MigrationHalt) { try await migrator(store).run(planning: people) } catch { halt = error }
        #expect(halt == nil && store.count(.linked) == 2)
    }

    @Test func `who asks to stop is heard before everybody is planned`() async {
        let store = FakeMigrationStore(1)
        store.edit("1") { $0.settlement = Settlement(.failed) }
        let people = [PlannedPerson(id: UserID("1"), settlement: Settlement(.planned))]
        var halt: MigrationHalt?
        do throws(MigrationHalt) { try await migrator(store, isStopping: { true }).run(planning: people) } catch { halt = error }
        #expect(halt == .stopped && store.count(.failed) == 1)
    }

    @Test func `a database that goes away for good is waited for once, and not once for each reply of Clerk's`() async {
        let store = FakeMigrationStore(20)
        store.failOnceBegun(100_000)
        #expect(await run(store) == .directory(.timedOut))
        #expect(clerk.made.count == 20 && pace.pauses < 2 * MigrationLimits.storeAttempts)
        store.fail(0)
        store.failOnceBegun(0)
        #expect(await run(store) == nil)
        #expect(clerk.made.count == 20 && store.count(.linked) == 20 && store.ours.count == 20)
    }

    @Test(arguments: [
        ([false, false, true], Settlement(.linked)), ([true, true, false, true, true], Settlement(.linked)),
        ([true, true, true], Settlement(.conflict, code: "database_refused")),
    ])
    func `a row is refused by a database that answers otherwise, each time`(isThere: [Bool], expected: Settlement) async {
        let store = FakeMigrationStore(1)
        store.failLinks(isThere)
        #expect(await run(store) == nil)
        #expect(store.person("1")?.settlement == expected)
    }

    @Test func `Clerk may be away for a while, and not for ever`() async {
        let store = FakeMigrationStore(2)
        clerk.plan(lookUps: .failed("away"), .failed("away"))
        #expect(await run(store) == nil)
        let other = FakeMigrationStore(2)
        for _ in 0..<100 { clerk.plan(lookUps: .failed("away")) }
        #expect(await run(other) == .clerk("away"))
    }

    @Test func `who asks to stop is heard before the next call`() async {
        let store = FakeMigrationStore(500)
        let clerk = clerk
        let migrator = migrator(store) { clerk.made.count >= 10 }
        var halt: MigrationHalt?
        do throws(MigrationHalt) { try await migrator.run() } catch { halt = error }
        #expect(halt == .stopped)
        #expect(clerk.made.count < 10 + MigrationLimits.calls)
        #expect(store.count(.linked) == clerk.users.count)
    }

    @Test func `rows are judged as they are when their turn has come`() async {
        let store = FakeMigrationStore(3)
        store.edit("1") { $0.row.user = DirectoryUser("1", email: "no address") }
        store.edit("2") { $0.row.user = DirectoryUser("2", email: "user2@example.com", isActive: false) }
        #expect(await run(store) == nil)
        #expect(clerk.made == ["3"])
        #expect(store.person("1")?.settlement == Settlement(.failed, code: "email_malformed"))
        #expect(store.person("2")?.settlement == Settlement(.skipped, code: "inactive"))
    }

    @Test func `an address that a stranger has is left to a person`() async {
        let store = FakeMigrationStore(1)
        directory.put(DirectoryUser("1", email: "user1@example.com"))
        clerk.put(ClerkUser("user_stranger", email: "user1@example.com", strategy: "admin"))
        clerk.plan(.reply(.taken(ClerkFault(code: "form_identifier_exists", parameter: "email_address"))))
        #expect(await run(store) == nil)
        #expect(store.person("1")?.settlement == Settlement(.conflict, code: "email_verified_by_admin"))
        #expect(directory.reviews.map(\.code) == ["email_verified_by_admin"] && directory.links.isEmpty)
    }

    @Test func `an address that its owner has proved is linked by the rules of a first request`() async {
        let store = FakeMigrationStore(1)
        directory.put(DirectoryUser("1", email: "user1@example.com"))
        clerk.put(ClerkUser("user_owner", email: "user1@example.com"))
        clerk.plan(.reply(.taken(ClerkFault(code: "form_identifier_exists", parameter: "email_address"))))
        #expect(await run(store) == nil)
        #expect(store.person("1")?.settlement == Settlement(.linked))
        #expect(directory.links.map(\.rule) == ["verified_email"])
    }
}
