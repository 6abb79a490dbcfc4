import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// What attackers have done to systems like this one, each as a request that must not link the victim's row.
@Suite struct TakeoverTests {
    let victim = DirectoryUser("1", email: "victim@example.com")

    @Test func `an unverified address`() async {
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com", status: .unverified), rows: [victim])
                == .emailUnverified)
    }

    @Test func `an address without any verification`() async {
        let address = ClerkEmailAddress(address: "victim@example.com", verification: nil)
        let eve = ClerkUser(id: ClerkUserID("eve"), externalID: nil, primaryEmail: address, emailAddresses: [address])
        #expect(await LinkFixture.attack(eve, rows: [victim]) == .emailUnverified)
    }

    @Test func `an address that only a back end declared verified`() async {
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com", strategy: "admin"), rows: [victim])
                == .emailVerifiedByAdmin)
    }

    @Test(arguments: ["victim+clerk_test@example.com", "VICTIM+CLERK_TEST@example.com", "victim+clerk_test7@example.com"])
    func `a test address, whose code everybody knows`(email: String) async {
        #expect(await LinkFixture.attack(ClerkUser("eve", email: email), rows: [DirectoryUser("1", email: email)]) == .emailIsTest)
    }

    @Test(arguments: [
        "vıctim@example.com", "vİctim@example.com", "\u{212A}evin@example.com", "vi\u{0063}\u{0327}tim@example.com",
        "victim@exam\u{FF50}le.com",
    ])
    func `a Unicode twin of an address`(email: String) async {
        let rows = [victim, DirectoryUser("2", email: "kevin@example.com"), DirectoryUser("3", email: email)]
        #expect(await LinkFixture.attack(ClerkUser("eve", email: email), rows: rows) == .emailNotASCII)
    }

    @Test func `a case twin that makes two rows match`() async {
        let rows = [victim, DirectoryUser("2", email: "Victim@example.com")]
        #expect(await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com"), rows: rows) == .ambiguousEmail)
    }

    @Test(arguments: ["victim+eve@example.com", "v.ictim@example.com", "victim@example.com.evil.example", "victim@example.co"])
    func `an address that only resembles the victim's`(email: String) async {
        #expect(await LinkFixture.attack(ClerkUser("eve", email: email), rows: [victim]) == .notRegistered)
    }

    @Test func `the victim's address as a secondary one`() async {
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "eve@example.com", secondary: ["victim@example.com"]), rows: [victim])
                == .notRegistered)
    }

    @Test(arguments: ["admin", "Admin", "ADMIN"]) func `a privileged row`(role: String) async {
        let admin = DirectoryUser("1", email: "victim@example.com", role: role)
        #expect(await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com"), rows: [admin]) == .privilegedRow)
    }

    @Test func `a row that is linked to somebody else`() async {
        let linked = victim.linked(to: ClerkUserID("user_victim"))
        #expect(await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com"), rows: [linked]) == .rowAlreadyLinked)
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "eve@example.com", externalID: "1"), rows: [linked])
                == .rowAlreadyLinked)
    }

    @Test func `an impersonated session, by every rule`() async {
        for attacker in [ClerkUser("eve", email: "victim@example.com"), ClerkUser("eve", email: nil, externalID: "1")] {
            #expect(await LinkFixture.attack(attacker, rows: [victim], isImpersonated: true) == .impersonated)
            #expect(
                await LinkFixture.attack(attacker, rows: [victim], legacy: LinkFixture.legacy("1"), isImpersonated: true)
                    == .impersonated)
        }
    }

    @Test func `the attacker's own cookie, planted beside the victim's session`() async {
        // The victim's Clerk session must not be tied to the attacker's row.
        let rows = [victim, DirectoryUser("66", email: "eve@example.com")]
        let session = ClerkUser("user_victim", email: "victim@example.com")
        #expect(await LinkFixture.attack(session, rows: rows, legacy: LinkFixture.legacy("66")) == .needsConfirmation)
    }

    @Test func `the victim's stolen cookie beside the attacker's session`() async {
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "eve@example.com"), rows: [victim], legacy: LinkFixture.legacy("1"))
                == .needsConfirmation)
    }

    @Test func `an assertion that proves nothing`() async {
        let insecure = LinkFixture.legacy("1", isSecure: false)
        #expect(
            await LinkFixture.attack(
                ClerkUser("eve", email: "victim@example.com", status: .unverified), rows: [victim], legacy: insecure)
                == .emailUnverified)
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "eve@example.com"), rows: [victim], legacy: insecure) == .notRegistered
        )
        let admin = DirectoryUser("1", email: "victim@example.com", role: "admin")
        #expect(
            await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com"), rows: [admin], legacy: insecure)
                == .privilegedRow)
    }

    @Test func `a row registered first with the victim's address, where the old side proves nothing`() async {
        let planted = DirectoryUser("66", email: "victim@example.com", isEmailVerified: false)
        let session = ClerkUser("user_victim", email: "victim@example.com")
        #expect(await LinkFixture.attack(session, rows: [planted]) { $0.legacyEmail = .verifiedColumn } == .legacyEmailUnverified)
    }

    @Test func `an inactive row`() async {
        let inactive = DirectoryUser("1", email: "victim@example.com", isActive: false)
        #expect(await LinkFixture.attack(ClerkUser("eve", email: "victim@example.com"), rows: [inactive]) == .rowInactive)
    }

    /// Attackers sign up as they like: any address, any verification but a true one, any old credential of their own.
    /// Whatever they send in whatever order, the victim's row is the victim's.
    @Test func `no sequence of attacker sign-ups links a victim's row`() async {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        for round in 0..<300 {
            let role: String? = Bool.random(using: &random) ? "admin" : nil
            let rows = [
                DirectoryUser("1", email: "victim@example.com", role: role), DirectoryUser("66", email: "eve@example.com"),
                DirectoryUser("67", email: "Mallory@example.com"),
            ]
            let directory = FakeDirectory(rows)
            let clerkUsers = FakeClerkUsers()
            let linker = LinkFixture.linker(directory, clerkUsers) {
                $0.unknown = Bool.random(using: &random) ? .provision : .refuse
            }
            for step in 0..<12 {
                let attacker = Self.attacker(step, &random)
                clerkUsers.add(attacker)
                let own: [Verdict<LegacySubject>] = [
                    .absent, .forged, .expired(nil), LinkFixture.legacy("66"), LinkFixture.legacy("67"),
                    LinkFixture.legacy("1", isSecure: false),
                ]
                let session = LinkFixture.session(attacker.id.text, isImpersonated: Bool.random(using: &random))
                _ = try? await linker.row(
                    for: session, beside: own.randomElement(using: &random) ?? .absent, requestID: "r", at: ManualClock().now)
            }
            #expect(directory.row("1")?.clerkUser == nil, "seed \(seed), round \(round)")
            #expect(directory.rows.filter { $0.email == "victim@example.com" }.count == 1, "seed \(seed), round \(round)")
        }
    }

    private static func attacker(_ step: Int, _ random: inout SplitMix) -> ClerkUser {
        // The victim's own address only without a proof, look-alikes and own addresses with any.
        let proofs: [(ClerkEmailAddress.Status, String?)] = [
            (.unverified, nil), (.verified, "admin"), (.failed, "email_code"), (.expired, "email_link"),
        ]
        let victims = ["victim@example.com", "VICTIM@EXAMPLE.COM"]
        let others = [
            "vıctim@example.com", "victim+x@example.com", "victim+clerk_test@example.com", "eve@example.com", "mallory@example.com",
            "x\(step)@example.com",
        ]
        let isVictims = Bool.random(using: &random)
        let proof = isVictims ? proofs.randomElement(using: &random)! : (.verified, "email_code")
        let email = (isVictims ? victims : others).randomElement(using: &random)
        return ClerkUser("eve_\(step)", email: email, status: proof.0, strategy: proof.1, secondary: ["victim@example.com"])
    }
}
