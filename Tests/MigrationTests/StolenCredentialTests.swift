import Authentication
import GatewayTesting
import Identity
import Migration
import Testing

/// Attackers with a valid old credential of their victim (a stolen cookie, a shared browser): what rule (b) adds to it must
/// not be theirs to make up. Each is tried against a plain row and a privileged one, which the rule may link.
@Suite struct StolenCredentialTests {
    private static let victims = [nil, "admin"].map { DirectoryUser("1", email: "victim@example.com", role: $0) }

    private func attack(_ attacker: ClerkUser, _ victim: DirectoryUser, isImpersonated: Bool = false) async -> LinkRefusal? {
        await LinkFixture.attack(attacker, rows: [victim], legacy: LinkFixture.legacy("1"), isImpersonated: isImpersonated)
    }

    @Test(arguments: victims) func `the victim's address without a proof`(victim: DirectoryUser) async {
        for status in [ClerkEmailAddress.Status.unverified, .failed, .expired, .transferable, .unknown] {
            let eve = ClerkUser("eve", email: "victim@example.com", status: status)
            #expect(await attack(eve, victim) == .emailUnverified)
        }
        let declared = ClerkUser("eve", email: "victim@example.com", strategy: "admin")
        #expect(await attack(declared, victim) == .emailVerifiedByAdmin)
    }

    @Test(arguments: victims) func `the victim's address as a secondary one`(victim: DirectoryUser) async {
        let eve = ClerkUser("eve", email: "eve@example.com", secondary: ["victim@example.com"])
        #expect(await attack(eve, victim) == .needsConfirmation)
    }

    @Test(
        arguments: ["v\u{131}ctim@example.com", "VICT\u{130}M@example.com", "victim+x@example.com", "victim@example.co"], victims)
    func `an address that only resembles the victim's`(email: String, victim: DirectoryUser) async {
        #expect(await attack(ClerkUser("eve", email: email), victim) == .needsConfirmation)
    }

    @Test func `an equal address that anybody can verify, or whose twins nobody can tell apart`() async {
        for (email, refusal) in [("victim+clerk_test@example.com", LinkRefusal.emailIsTest), ("v\u{131}@x.org", .emailNotASCII)] {
            let victim = DirectoryUser("1", email: email)
            #expect(await attack(ClerkUser("eve", email: email), victim) == refusal)
        }
    }

    @Test(arguments: victims) func `a row that is linked or inactive, and an impersonated session`(victim: DirectoryUser) async {
        let eve = ClerkUser("eve", email: "victim@example.com")
        #expect(await attack(eve, victim.linked(to: ClerkUserID("user_victim"))) == .rowAlreadyLinked)
        #expect(await attack(eve, DirectoryUser("1", email: "victim@example.com", isActive: false)) == .rowInactive)
        #expect(await attack(eve, victim, isImpersonated: true) == .impersonated)
    }

    @Test(arguments: victims) func `an external id of the attacker's own row beside it`(victim: DirectoryUser) async {
        let own = DirectoryUser("66", email: "eve@example.com")
        let eve = ClerkUser("eve", email: "eve@example.com", externalID: "66")
        #expect(await LinkFixture.attack(eve, rows: [victim, own], legacy: LinkFixture.legacy("1")) == .needsConfirmation)
    }
}
