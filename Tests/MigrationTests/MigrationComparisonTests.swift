import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

@Suite struct MigrationComparisonTests {
    private let digest = "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"

    private func row(_ edit: (inout LegacyRow) -> Void = { _ in }) -> LegacyRow {
        var row = LegacyRow(user: DirectoryUser("7", email: "ada@example.com", clerkUser: "user_7"))
        (row.username, row.phone) = ("Ada_L", "+441632960001")
        (row.firstName, row.lastName) = ("Ada", "Lovelace")
        row.passwordHash = Secret(digest)
        row.totpSecret = Secret("JBSWY3DPEHPK3PXP")
        row.backupCodes = Secret("one-two three-four")
        row.createdAt = LegacyTime(number: "1600000000.5")
        row.publicMetadata = [Metadatum("plan", .text("pro"))]
        row.privateMetadata = [Metadatum("tokens_used", .number("12"))]
        edit(&row)
        return row
    }

    private func person(_ row: LegacyRow) throws -> MigrationComparison.Person {
        let settings = DirectorySettings(location: .sqlite(path: "none"), users: .init(), linking: .init(legacyEmail: .trusted))
        let rules = MigrationRules(settings, MigrationSettings())
        let now = UnixTime(seconds: 1_789_992_000)
        return MigrationComparison.Person(row, try #require(rules.user(of: row, among: SharedIdentifiers(), at: now)))
    }

    /// As Clerk has whom a migration made of the row.
    private func user(
        _ id: String = "user_7", email: String? = "Ada@example.com", status: ClerkEmailAddress.Status = .verified,
        first: String? = "Ada", last: String? = "Lovelace", hasSignedIn: Bool = false,
        _ edit: (inout ClerkAccount) -> Void = { _ in }
    ) -> ClerkUser {
        var account = ClerkAccount()
        (account.phoneNumbers, account.username) = (["+441632960001"], "ada_l")
        account.createdAt = UnixTime(milliseconds: 1_600_000_000_500)
        (account.hasPassword, account.hasTOTP, account.hasBackupCodes) = (true, true, true)
        account.publicMetadata = [
            Metadatum("migrated_from_legacy", .bool(true)), Metadatum("legacy_user_id", .text("7")),
            Metadatum("plan", .text("pro")),
            Metadatum("theirs", .text("x")),
        ]
        account.privateMetadata = [Metadatum("tokens_used", .number("12")), Metadatum("segue_batch", .text("b"))]
        edit(&account)
        let address = email.map { ClerkEmailAddress(address: $0, verification: .init(status: status, strategy: "admin")) }
        return ClerkUser(
            id: ClerkUserID(id), externalID: "7", primaryEmail: address, emailAddresses: address.map { [$0] } ?? [],
            firstName: first, lastName: last, batch: "b", hasSignedIn: hasSignedIn, account: account)
    }

    private func kinds(_ row: LegacyRow, _ owner: ClerkUser?, linked: [ClerkUser] = []) throws -> Set<MigrationComparison.Kind> {
        Set(try compared(row, owner, linked: linked).differences.keys.map(\.kind))
    }

    private func compared(_ row: LegacyRow, _ owner: ClerkUser?, linked: [ClerkUser] = []) throws -> MigrationComparison {
        var comparison = MigrationComparison()
        comparison.compare([try person(row)], owners: owner.map { [$0] } ?? [], linked: linked)
        return comparison
    }

    @Test func `what is in Clerk as the row has it differs in nothing`() throws {
        let comparison = try compared(row(), user())
        #expect(comparison.differences.isEmpty && comparison.isClean && comparison.compared == 1)
    }

    @Test func `each field that differs is named`() throws {
        #expect(try kinds(row(), user(email: "other@example.com")) == [.member("email_address")])
        #expect(try kinds(row(), user(email: nil)) == [.member("email_address")])
        #expect(try kinds(row(), user(status: .unverified)) == [.member("email_address_identification_status")])
        #expect(try kinds(row(), user(first: "Augusta")) == [.member("first_name")])
        #expect(try kinds(row(), user(last: nil)) == [.member("last_name")])
        #expect(try kinds(row(), user { $0.phoneNumbers = [] }) == [.member("phone_number")])
        #expect(try kinds(row(), user { $0.username = "ada" }) == [.member("username")])
        #expect(try kinds(row(), user { $0.createdAt = UnixTime(seconds: 1_700_000_000) }) == [.member("created_at")])
        #expect(try kinds(row(), user { $0.hasPassword = false }) == [.member("password_digest")])
        #expect(try kinds(row(), user { $0.hasTOTP = false }) == [.member("totp_secret")])
        #expect(try kinds(row(), user { $0.hasBackupCodes = false }) == [.member("backup_codes")])
        #expect(
            try kinds(row(), user { $0.publicMetadata.removeAll { $0.name == "plan" } }) == [.member("public_metadata.plan")])
        #expect(
            try kinds(row(), user { $0.privateMetadata = [Metadatum("tokens_used", .number("13"))] })
                == [.member("private_metadata.tokens_used")])
    }

    @Test func `what the row does not have may be anything in Clerk`() throws {
        let bare = row {
            ($0.username, $0.phone, $0.firstName, $0.lastName, $0.createdAt) = (nil, nil, nil, nil, nil)
            ($0.passwordHash, $0.totpSecret, $0.backupCodes) = (nil, nil, nil)
        }
        #expect(try kinds(bare, user()).isEmpty)
    }

    @Test func `a digest that Clerk was not told is known by its fingerprint`() throws {
        guard case .digest(let told) = PasswordDigest.read(Secret(digest), declared: nil) else {
            Issue.record("the digest is one")
            return
        }
        #expect(try kinds(row { $0.toldDigest = told.fingerprint }, user()).isEmpty)
        #expect(try kinds(row { $0.toldDigest = "another" }, user()) == [.passwordChanged])
        #expect(try kinds(row { ($0.toldDigest, $0.passwordHash) = ("another", nil) }, user()).isEmpty)
        #expect(told.fingerprint.count == 64 && !told.fingerprint.contains(digest))
    }

    @Test func `links that are not as Clerk has them are never clean`() throws {
        let unlinked = row { $0.user = DirectoryUser("7", email: "ada@example.com") }
        for (row, owner, kind) in [
            (unlinked, user() as ClerkUser?, MigrationComparison.Kind.notLinked), (row(), nil, .gone),
            (row(), user("user_other", hasSignedIn: true), .linkedElsewhere),
        ] {
            let comparison = try compared(row, owner)
            #expect(Set(comparison.differences.keys.map(\.kind)) == [kind])
            #expect(!comparison.isClean && comparison.compared == 0)
        }
    }

    @Test func `who was linked by another rule, or not at all, is counted and no difference`() throws {
        let other = ClerkUser("user_7", email: "ada@example.com")
        let comparison = try compared(row(), nil, linked: [other])
        #expect(comparison.linkedOtherwise == 1 && comparison.differences.isEmpty)
        let unlinked = row { $0.user = DirectoryUser("7", email: "ada@example.com") }
        #expect(try compared(unlinked, nil).notMigrated == 1)
    }

    @Test func `what people change in Clerk themselves is told apart`() throws {
        #expect(try compared(row(), user(first: "Augusta", hasSignedIn: true)).isClean)
        #expect(try !compared(row(), user(first: "Augusta")).isClean)
    }

    @Test func `Clerk is asked once for each hundred, and once more for who has no user of their id`() async throws {
        let clerk = FakeClerkAdmin()
        clerk.put(user())
        let people =
            try [person(row())]
            + (100..<250).map { number in
                try person(
                    row { $0.user = DirectoryUser("\(number)", email: nil, clerkUser: number < 150 ? "user_\(number)" : nil) })
            }
        let comparison = try await ClerkCalls(clerk, FakePace()).compare(people)
        #expect(comparison.compared == 1 && comparison.notMigrated == 100)
        #expect(comparison.differences.values.map(\.count) == [50] && comparison.differences.values.first?.examples.count == 5)
        #expect(clerk.looked.count == 3)
    }
}
