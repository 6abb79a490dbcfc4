import Authentication
import Identity
import Migration
import Settings
import Telemetry
import Testing

@Suite("MigrationRules") struct MigrationRulesTests {
    private let now = UnixTime(seconds: 1_789_992_000)

    private func row(_ id: String = "7", _ email: String? = "ada@example.com", _ edit: (inout LegacyRow) -> Void = { _ in })
        -> LegacyRow
    {
        let user = DirectoryUser(id: UserID(id), email: email, isEmailVerified: nil, role: nil, isActive: true, clerkUser: nil)
        var row = LegacyRow(user: user)
        edit(&row)
        return row
    }

    private func decide(
        _ row: LegacyRow, shared: SharedIdentifiers = SharedIdentifiers(),
        linking: DirectorySettings.Linking = .init(legacyEmail: .trusted), _ edit: (inout MigrationSettings) -> Void = { _ in }
    ) -> MigrationDecision {
        var migrate = MigrationSettings()
        edit(&migrate)
        let directory = DirectorySettings(location: .sqlite(path: "x"), users: .init(), linking: linking)
        return MigrationRules(directory, migrate).decide(row, among: shared, at: now)
    }

    private func defects(_ decision: MigrationDecision) -> [MigrationDefect] {
        if case .mend(let defects) = decision { defects } else { [] }
    }

    private func created(_ decision: MigrationDecision) -> CreateUser? {
        if case .create(let user, _) = decision { user } else { nil }
    }

    private func notes(_ decision: MigrationDecision) -> [MigrationNote] {
        if case .create(_, let notes) = decision { notes } else { [] }
    }

    // What would be created.

    @Test func `a whole row becomes a user with everything that it says`() throws {
        let decision = decide(
            row {
                $0.username = "ada_l"
                $0.phone = "+441632960001"
                $0.firstName = "Ada"
                $0.lastName = "Lovelace"
                $0.passwordHash = Secret("$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm")
                $0.totpSecret = Secret("JBSWY3DPEHPK3PXP")
                $0.backupCodes = Secret("[\"a1b2\", \"c3d4\"]")
                $0.createdAt = LegacyTime(number: "1600000000.5")
                $0.privateMetadata = [Metadatum("tokens_used", .number("12"))]
            })
        let user = try #require(created(decision))
        #expect(user.externalID == "7")
        #expect(user.emailAddress == .some(user.emailAddress!) && user.emailAddress?.value == "ada@example.com")
        #expect(user.emailAddress?.status == .verified && user.phoneNumber?.status == .reserved)
        #expect(user.username == "ada_l" && user.firstName == "Ada" && user.lastName == "Lovelace")
        #expect(user.passwordDigest?.hasher == .bcrypt && user.skipPasswordChecks && !user.skipPasswordRequirement)
        #expect(user.backupCodes.count == 2 && user.totpSecret != nil)
        #expect(user.createdAt == UnixTime(milliseconds: 1_600_000_000_500))
        #expect(user.publicMetadata == [Metadatum("migrated_from_legacy", .bool(true)), Metadatum("legacy_user_id", .text("7"))])
        #expect(user.privateMetadata == [Metadatum("tokens_used", .number("12"))])
        #expect(notes(decision) == [])
    }

    @Test(arguments: [("Ada", "Ada", nil), ("Ada Lovelace", "Ada", "Lovelace"), ("Ada King Lovelace", "Ada", "King Lovelace")])
    func `one column with both names is split at its first blank`(name: String, first: String?, last: String?) {
        let user = created(decide(row { $0.name = name }))
        #expect(user?.firstName == first && user?.lastName == last)
    }

    @Test func `without a password nobody is asked for one`() {
        let decision = decide(row())
        #expect(created(decision)?.skipPasswordRequirement == true)
        #expect(notes(decision) == [.noPassword])
    }

    @Test(arguments: [
        (DirectorySettings.Linking.LegacyEmail.trusted, Bool?.none, CreateUser.IdentificationStatus.verified),
        (.untrusted, true, .reserved),
        (.verifiedColumn, true, .verified), (.verifiedColumn, false, .reserved), (.verifiedColumn, nil, .reserved),
    ]) func `an address that the old side has not proved is reserved`(
        legacyEmail: DirectorySettings.Linking.LegacyEmail, isVerified: Bool?, status: CreateUser.IdentificationStatus
    ) {
        let old = DirectoryUser(
            id: UserID("7"), email: "ada@example.com", isEmailVerified: isVerified, role: nil, isActive: true, clerkUser: nil)
        let decision = decide(LegacyRow(user: old), linking: .init(legacyEmail: legacyEmail))
        #expect(created(decision)?.emailAddress?.status == status)
        #expect(notes(decision).contains(.emailReserved) == (status == .reserved))
    }

    @Test func `who is linked or inactive is left out, whatever else is wrong`() {
        let linked = DirectoryUser(
            id: UserID("-1"), email: "bad", isEmailVerified: nil, role: nil, isActive: false, clerkUser: ClerkUserID("user_a"))
        #expect(decide(LegacyRow(user: linked)) == .skip(.alreadyLinked))
        let inactive = DirectoryUser(
            id: UserID("-1"), email: "bad", isEmailVerified: nil, role: nil, isActive: false, clerkUser: nil)
        #expect(decide(LegacyRow(user: inactive)) == .skip(.inactive))
    }

    @Test func `a link that is no id of Clerk's links nobody`() {
        for link in ["7", "User_a", "4e15502b-d21d-4200-93d0-608b8d31efd2"] {
            let mixedUp = DirectoryUser(
                id: UserID("7"), email: "ada@example.com", isEmailVerified: nil, role: nil, isActive: true,
                clerkUser: ClerkUserID(link))
            #expect(defects(decide(LegacyRow(user: mixedUp))) == [.linkMalformed])
        }
    }

    @Test func `a privileged role and a weak digest are noted and no hindrance`() {
        var linking = DirectorySettings.Linking(legacyEmail: .trusted)
        linking.privilegedRoles = ["admin"]
        let admin = DirectoryUser(
            id: UserID("7"), email: "ada@example.com", isEmailVerified: nil, role: "ADMIN", isActive: true, clerkUser: nil)
        var row = LegacyRow(user: admin)
        row.passwordHash = Secret("900150983cd24fb0d6963f7d28e17f72")
        #expect(notes(decide(row, linking: linking)) == [.privileged, .weakDigest(.md5)])
    }

    // What must be mended.

    @Test(arguments: [
        "ada", "ada@", "@example.com", "ada@example", "a@b@example.com", "ada @example.com", "ada..b@example.com",
        ".ada@example.com",
        "ada@-example.com", "ada@example..com", "ada@10.0.0.1", "Ada <ada@example.com>", "ada@example.com\n",
        String(repeating: "a", count: 65) + "@example.com", "ada@" + String(repeating: "a", count: 64) + ".com",
    ]) func `an address that is none is malformed`(email: String) {
        #expect(defects(decide(row("7", email))) == [.emailMalformed])
    }

    @Test(arguments: ["ada+list@example.com", "o'brien@example.co.uk", "a_b-c@sub.example.com", "A@EXAMPLE.COM"])
    func `an unusual address is an address`(email: String) { #expect(created(decide(row("7", email))) != nil) }

    @Test func `addresses beyond ASCII and of Clerk's tests are told apart`() {
        #expect(defects(decide(row("7", "adä@example.com"))) == [.emailNotASCII])
        #expect(defects(decide(row("7", "ada+clerk_test@example.com"))) == [.emailTest])
    }

    @Test func `what another row has in any ASCII case is shared`() {
        var shared = SharedIdentifiers()
        (shared.emails, shared.usernames, shared.phones) = (["ada@example.com"], ["ada_l"], ["+441632960001"])
        let row = row("7", "ADA@example.com") {
            $0.username = "Ada_L"
            $0.phone = "+441632960001"
        }
        #expect(defects(decide(row, shared: shared)) == [.emailShared, .phoneShared, .usernameShared])
    }

    @Test(arguments: ["441632960001", "+0441632960", "+44 1632 960001", "+44163", "+1234567890123456", "0163296000"])
    func `a number that is not E.164 is malformed`(phone: String) {
        #expect(defects(decide(row { $0.phone = phone })) == [.phoneMalformed])
    }

    @Test(arguments: ["ada", "ada l", "12345", "adä_l", String(repeating: "a", count: 65)])
    func `a name that Clerk does not take is malformed`(username: String) {
        #expect(defects(decide(row { $0.username = username })) == [.usernameMalformed])
    }

    @Test func `a row that nobody can sign in with is named`() {
        #expect(defects(decide(row("7", nil))) == [.noIdentifier])
        #expect(defects(decide(row("7", ""))) == [.noIdentifier])
        #expect(created(decide(row("7", nil) { $0.username = "ada_l" })) != nil)
    }

    @Test(arguments: ["-1", "+1"]) func `an id that a look-up would misread is named`(id: String) {
        #expect(defects(decide(row(id))) == [.externalIDAmbiguous])
    }

    @Test(arguments: MigrationSettings.RequiredField.allCases) func `what the instance demands must be there`(
        field: MigrationSettings.RequiredField
    ) {
        let bare = row("7", field == .email ? nil : "ada@example.com") { if field == .email { $0.username = "ada_l" } }
        #expect(defects(decide(bare) { $0.required = [field] }) == [.missing(field)])
    }

    @Test func `digests, secrets and codes that Clerk would refuse are told apart`() {
        #expect(defects(decide(row { $0.passwordHash = Secret("hunter2") })) == [.digestUnrecognized])
        #expect(defects(decide(row { $0.passwordHash = Secret("$2b$12$short") })) == [.digestMalformed(.bcrypt)])
        #expect(defects(decide(row { $0.passwordHash = Secret("$6$a$b") })) == [.digestUnsupported(scheme: "sha512crypt")])
        for secret in ["jbswy3dpehpk3pxp", "JBSW Y3DP EHPK 3PXP", "JBSWY3DP", "0BSWY3DPEHPK3PXP"] {
            #expect(defects(decide(row { $0.totpSecret = Secret(secret) })) == [.totpSecretMalformed])
        }
        for codes in ["[]", "a, b", "{\"code\": \"<a1b2>\"}"] {
            #expect(defects(decide(row { $0.backupCodes = Secret(codes) })) == [.backupCodesMalformed])
        }
    }

    @Test func `times that Clerk would refuse are told apart`() {
        #expect(defects(decide(row { $0.createdAt = .at(now.adding(milliseconds: 1)) })) == [.createdAtInFuture])
        #expect(created(decide(row { $0.createdAt = .at(now) })) != nil)
        for text in ["infinity", "-Infinity", "nan", "unreadable", "1e300", ""] {
            #expect(defects(decide(row { $0.createdAt = LegacyTime(number: text) })) == [.createdAtUnreadable])
        }
        #expect(LegacyTime(number: "1600000000000") == LegacyTime(number: "1600000000"))
    }

    @Test func `metadata has room for eight kibibytes of each kind`() {
        let item = Metadatum("bio", .text(String(repeating: "a", count: 8_192)))
        #expect(defects(decide(row { $0.publicMetadata = [item] })) == [.publicMetadataTooLarge])
        #expect(defects(decide(row { $0.privateMetadata = [item] })) == [.privateMetadataTooLarge])
    }

    @Test func `a row with several defects is told all of them`() {
        let row = row("-7", "ada") {
            $0.phone = "1"
            $0.passwordHash = Secret("hunter2")
        }
        #expect(defects(decide(row)) == [.externalIDAmbiguous, .emailMalformed, .phoneMalformed, .digestUnrecognized])
    }
}
