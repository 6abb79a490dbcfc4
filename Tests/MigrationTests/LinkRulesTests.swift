import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// Each rule's proof, and each way in which it fails. What an attacker can bring about is in `TakeoverTests`.
@Suite struct LinkRulesTests {
    let row = DirectoryUser("7", email: "ada@example.com")

    private func decide(
        _ clerkUser: ClerkUser, legacy: LinkEvidence.Legacy = .none, external: DirectoryUser? = nil, rows: [DirectoryUser] = [],
        ledgerCreated: Bool = false, hasEmails: Bool = true, _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) -> LinkDecision {
        var evidence = LinkEvidence(clerkUser: clerkUser)
        (evidence.legacy, evidence.externalRow, evidence.emailRows, evidence.isLedgerCreated) = (
            legacy, external, rows, ledgerCreated
        )
        var linking = DirectorySettings.Linking(legacyEmail: .trusted)
        linking.privilegedRoles = ["admin"]
        edit(&linking)
        var users = DirectorySettings.Users()
        users.email = hasEmails ? "email" : nil
        return LinkRules(DirectorySettings(location: .sqlite(path: ":memory:"), users: users, linking: linking)).decide(evidence)
    }

    @Test func `(a) an external id that is a row's id links it, privileged or not`() {
        let admin = DirectoryUser("7", email: nil, role: "admin")
        #expect(
            decide(ClerkUser("u", email: nil, externalID: "7"), external: admin) == .link(.externalID, admin))
    }

    @Test func `(a) an external id that names no row is refused, and no weaker rule is tried`() {
        let user = ClerkUser("u", email: "ada@example.com", externalID: "8")
        #expect(decide(user, rows: [row]) == .refuse(.externalIDUnknown, candidate: nil))
        #expect(decide(user, legacy: .proved(row), rows: [row]) == .refuse(.externalIDUnknown, candidate: nil))
        #expect(decide(user) { $0.unknown = .provision } == .refuse(.externalIDUnknown, candidate: nil))
    }

    @Test func `(a) an external id of a row that is somebody's, or inactive, is refused`() {
        let user = ClerkUser("u", email: "ada@example.com", externalID: "7")
        #expect(decide(user, external: row.linked(to: ClerkUserID("other"))) == .refuse(.rowAlreadyLinked, candidate: row.id))
        #expect(decide(user, external: DirectoryUser("7", email: nil, isActive: false)) == .refuse(.rowInactive, candidate: row.id))
    }

    @Test func `(a) an old credential of another row on the same request stops the link`() {
        let user = ClerkUser("u", email: "ada@example.com", externalID: "7")
        let other = DirectoryUser("8", email: "ada@example.com")
        #expect(decide(user, legacy: .proved(other), external: row) == .refuse(.needsConfirmation, candidate: other.id))
        #expect(decide(user, legacy: .proved(row), external: row) == .link(.externalID, row))
    }

    @Test func `an empty external id is none`() {
        #expect(
            decide(ClerkUser("u", email: "ada@example.com", externalID: ""), rows: [row])
                == .link(.verifiedEmail, row))
    }

    @Test func `(b) the credential and the equal address link, whatever the old table proves and the row may do`() {
        let admin = DirectoryUser("7", email: "Ada@Example.com", isEmailVerified: false, role: "admin")
        let decision = decide(ClerkUser("u", email: "ada@example.com"), legacy: .proved(admin), rows: [admin]) {
            $0.legacyEmail = .untrusted
        }
        #expect(decision == .link(.legacyCredential, admin))
    }

    @Test func `(b) another or no address needs confirmation`() {
        let needed = LinkDecision.refuse(.needsConfirmation, candidate: row.id)
        #expect(decide(ClerkUser("u", email: "eve@example.com"), legacy: .proved(row)) == needed)
        #expect(decide(ClerkUser("u", email: nil), legacy: .proved(row)) == needed)
        #expect(decide(ClerkUser("u", email: "ada@example.com"), legacy: .proved(DirectoryUser("7", email: nil))) == needed)
        #expect(
            decide(ClerkUser("u", email: "ada@example.com"), legacy: .proved(nil)) == .refuse(.needsConfirmation, candidate: nil))
    }

    @Test func `(b) an address that Clerk has not proved is refused by name`() {
        let user = ClerkUser("u", email: "ada@example.com", status: .unverified)
        #expect(decide(user, legacy: .proved(row)) == .refuse(.emailUnverified, candidate: row.id))
    }

    @Test func `(b) a row that is somebody's or inactive is refused`() {
        let user = ClerkUser("u", email: "ada@example.com")
        #expect(decide(user, legacy: .proved(row.linked(to: ClerkUserID("x")))) == .refuse(.rowAlreadyLinked, candidate: row.id))
        let inactive = DirectoryUser("7", email: row.email, isActive: false)
        #expect(decide(user, legacy: .proved(inactive)) == .refuse(.rowInactive, candidate: row.id))
    }

    @Test func `(d) one row with the verified address is linked, in any ASCII case`() {
        let shouting = DirectoryUser("7", email: "ADA@EXAMPLE.COM")
        #expect(
            decide(ClerkUser("u", email: "ada@example.com"), rows: [shouting])
                == .link(.verifiedEmail, shouting))
    }

    @Test(arguments: [ClerkEmailAddress.Status.unverified, .failed, .expired, .transferable, .unknown])
    func `(d) any status but verified is refused`(status: ClerkEmailAddress.Status) {
        #expect(
            decide(ClerkUser("u", email: "ada@example.com", status: status), rows: [row])
                == .refuse(.emailUnverified, candidate: row.id))
    }

    @Test func `(d) a verification by a back end counts for users that our ledger created`() {
        let user = ClerkUser("u", email: "ada@example.com", strategy: "admin")
        #expect(decide(user, rows: [row]) == .refuse(.emailVerifiedByAdmin, candidate: row.id))
        #expect(decide(user, rows: [row], ledgerCreated: true) == .link(.verifiedEmail, row))
    }

    @Test func `(d) the old side must have proved the address too`() {
        let user = ClerkUser("u", email: "ada@example.com")
        #expect(decide(user, rows: [row]) { $0.legacyEmail = .untrusted } == .refuse(.legacyEmailUnverified, candidate: row.id))
        for verified in [nil, false, true] as [Bool?] {
            let row = DirectoryUser("7", email: "ada@example.com", isEmailVerified: verified)
            let expected =
                verified == true
                ? LinkDecision.link(.verifiedEmail, row)
                : .refuse(.legacyEmailUnverified, candidate: row.id)
            #expect(decide(user, rows: [row]) { $0.legacyEmail = .verifiedColumn } == expected)
        }
    }

    @Test func `(d) two rows with one address are ambiguous`() {
        let rows = [row, DirectoryUser("8", email: "Ada@example.com")]
        #expect(decide(ClerkUser("u", email: "ada@example.com"), rows: rows) == .refuse(.ambiguousEmail, candidate: nil))
    }

    @Test func `nobody's address is refused or provisioned, as the settings say`() {
        let user = ClerkUser("u", email: "new@example.com")
        #expect(decide(user) == .refuse(.notRegistered, candidate: nil))
        #expect(decide(user) { $0.unknown = .provision } == .provision)
        #expect(
            decide(user) { ($0.unknown, $0.provisionOn) = (.provision, .webhook) } == .refuse(.awaitingProvision, candidate: nil))
    }

    @Test func `a failed proof is never a new row`() {
        let provision: (inout DirectorySettings.Linking) -> Void = { $0.unknown = .provision }
        #expect(
            decide(ClerkUser("u", email: "new@example.com", status: .unverified), provision)
                == .refuse(.emailUnverified, candidate: nil))
        #expect(decide(ClerkUser("u", email: nil), provision) == .refuse(.noPrimaryEmail, candidate: nil))
        #expect(
            decide(ClerkUser("u", email: "new@example.com"), legacy: .unproved, provision)
                == .refuse(.needsConfirmation, candidate: nil))
    }

    @Test func `a users table without addresses can provision without one`() {
        #expect(decide(ClerkUser("u", email: nil), hasEmails: false) { $0.unknown = .provision } == .provision)
    }

    @Test func `a banned user is refused before any rule`() {
        let user = ClerkUser("u", email: "ada@example.com", externalID: "7", isBanned: true)
        #expect(decide(user, external: row) == .refuse(.clerkUserBlocked, candidate: nil))
    }
}
