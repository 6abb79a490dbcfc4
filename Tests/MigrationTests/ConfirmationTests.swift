import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// Who may join two accounts by saying that both are theirs, and which accounts that never gives away.
@Suite("Linker+Confirmation") struct ConfirmationTests {
    let now = ManualClock().now
    let ada = ClerkUser("user_ada", email: "ada@new.example")
    let row = DirectoryUser("7", email: "ada@old.example")

    /// `linked` and the rule, or the code of the refusal.
    private func confirm(
        _ clerkUser: ClerkUser, _ rows: [DirectoryUser], _ legacy: Verdict<LegacySubject>, isImpersonated: Bool = false
    ) async -> String {
        let directory = FakeDirectory(rows)
        let linker = LinkFixture.linker(directory, FakeClerkUsers([clerkUser]))
        let session = LinkFixture.session(clerkUser.id.text, isImpersonated: isImpersonated)
        do throws(IdentityRefusal) {
            let proposal = try await linker.proposal(for: session, beside: legacy, at: now)
            #expect(directory.links.isEmpty)
            let linked = try await linker.confirm(proposal, session, requestID: "r1", at: now)
            return "linked \(linked.id.text) \(directory.links.first?.rule ?? "")"
        } catch {
            #expect(directory.links.isEmpty)
            return "\(error.code)"
        }
    }

    @Test func `both credentials of two addresses join two accounts`() async {
        #expect(await confirm(ada, [row], LinkFixture.legacy("7")) == "linked 7 confirmed")
    }

    @Test func `without a secure old credential there is nothing to confirm`() async {
        for legacy: Verdict<LegacySubject> in [
            .absent, .foreign, .forged, .expired(nil), LinkFixture.legacy("7", isSecure: false), LinkFixture.legacy("8"),
        ] {
            #expect(await confirm(ada, [row], legacy) == "link_needs_confirmation")
        }
    }

    @Test func `trouble with the old side is trouble and no refusal`() async {
        #expect(await confirm(ada, [row], .unavailable) == "directory_unavailable")
    }

    @Test func `what has an owner, a privilege or no life is not given away`() async {
        let legacy = LinkFixture.legacy("7")
        #expect(await confirm(ada, [row.linked(to: ClerkUserID("user_eve"))], legacy) == "row_already_linked")
        #expect(await confirm(ada, [DirectoryUser("7", email: "root@old.example", role: "admin")], legacy) == "privileged_row")
        #expect(await confirm(ada, [DirectoryUser("7", email: nil, isActive: false)], legacy) == "row_inactive")
    }

    @Test func `a Clerk user whom the back end gave to another row is not theirs to give`() async {
        let others = ClerkUser("user_ada", email: "ada@new.example", externalID: "8")
        #expect(await confirm(others, [row, DirectoryUser("8", email: nil)], LinkFixture.legacy("7")) == "row_already_linked")
        #expect(await confirm(others, [row], LinkFixture.legacy("7")) == "row_already_linked")
        let own = ClerkUser("user_ada", email: "ada@new.example", externalID: "7")
        #expect(await confirm(own, [row], LinkFixture.legacy("7")) == "linked 7 confirmed")
    }

    @Test func `an impersonated session confirms nothing`() async {
        #expect(await confirm(ada, [row], LinkFixture.legacy("7"), isImpersonated: true) == "impersonated")
    }

    @Test func `a row that changes between looking and confirming is looked at again`() async throws {
        let directory = FakeDirectory([row])
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada]))
        let session = LinkFixture.session("user_ada")
        let proposal = try await linker.proposal(for: session, beside: LinkFixture.legacy("7"), at: now)
        directory.put(DirectoryUser("7", email: "somebody@else.example"))
        await #expect(throws: IdentityRefusal.link(.rowChanged)) {
            try await linker.confirm(proposal, session, requestID: "r1", at: now)
        }
    }
}
