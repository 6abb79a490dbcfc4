import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

/// Who may accept an invitation, and which rows none gives away.
@Suite("Linker+Invitation") struct InvitationTests {
    let now = ManualClock().now
    let ada = ClerkUser("user_ada", email: "ada@new.example")
    let row = DirectoryUser("7", email: "ada@old.example")

    /// `linked` and the rule, or the code of the refusal.
    private func accept(
        _ clerkUser: ClerkUser, _ rows: [DirectoryUser], _ legacy: Verdict<LegacySubject> = .absent, isImpersonated: Bool = false,
        _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) async -> String {
        let directory = FakeDirectory(rows)
        let linker = LinkFixture.linker(directory, FakeClerkUsers([clerkUser]), edit)
        let session = LinkFixture.session(clerkUser.id.text, isImpersonated: isImpersonated)
        do throws(IdentityRefusal) {
            let proposal = try await linker.proposal(for: session, beside: legacy, invited: rows[0], at: now)
            #expect(directory.links.isEmpty)
            let linked = try await linker.accept(proposal, session, requestID: "r1", at: now) { link throws(Unavailable) in
                try await directory.link(link)
            }
            return "linked \(linked.id.text) \(directory.links.first?.rule ?? "")"
        } catch {
            #expect(directory.links.isEmpty)
            return "\(error.code)"
        }
    }

    @Test func `an invitation links, also where the addresses differ`() async {
        #expect(await accept(ada, [row]) == "linked 7 invitation")
        #expect(await accept(ada, [row], LinkFixture.legacy("7")) == "linked 7 invitation")
        for legacy: Verdict<LegacySubject> in [.foreign, .forged, .expired(nil), LinkFixture.legacy("8", isSecure: false)] {
            #expect(await accept(ada, [row], legacy) == "linked 7 invitation")
        }
    }

    @Test func `somebody else's old credential beside it links nobody`() async {
        #expect(await accept(ada, [row, DirectoryUser("8", email: nil)], LinkFixture.legacy("8")) == "link_needs_confirmation")
        #expect(await accept(ada, [row], LinkFixture.legacy("8")) == "link_needs_confirmation")
        #expect(await accept(ada, [row], .unavailable) == "directory_unavailable")
    }

    @Test func `what has an owner, a privilege or no life is not given away`() async {
        #expect(await accept(ada, [row.linked(to: ClerkUserID("user_eve"))]) == "row_already_linked")
        let root = DirectoryUser("7", email: "root@old.example", role: "Admin")
        #expect(await accept(ada, [root]) == "privileged_row")
        #expect(await accept(ada, [root], LinkFixture.legacy("7")) == "privileged_row")
        #expect(await accept(ada, [DirectoryUser("7", email: nil, isActive: false)]) == "row_inactive")
    }

    @Test func `a Clerk user who has a row, or whom the back end gave one, gets no other`() async {
        let other = DirectoryUser("8", email: nil, clerkUser: "user_ada")
        #expect(await accept(ada, [row, other]) == "clerk_user_linked")
        let given = ClerkUser("user_ada", email: "ada@new.example", externalID: "8")
        #expect(await accept(given, [row, DirectoryUser("8", email: nil)]) == "clerk_user_linked")
        #expect(await accept(given, [row]) == "clerk_user_linked")
        #expect(await accept(ClerkUser("user_ada", email: nil, externalID: "7"), [row]) == "linked 7 invitation")
    }

    @Test func `an address of two rows, in whatever case, proves neither`() async {
        let twin = DirectoryUser("8", email: "Ada@OLD.example")
        #expect(await accept(ada, [row, twin]) == "ambiguous_email")
        #expect(await accept(ada, [row, twin], LinkFixture.legacy("7")) == "ambiguous_email")
        #expect(await accept(ada, [row, DirectoryUser("8", email: "ada@old.example.org")]) == "linked 7 invitation")
    }

    @Test func `who has a free row by their own address takes another only with its old credential`() async {
        let own = DirectoryUser("8", email: "ADA@new.example")
        #expect(await accept(ada, [row, own]) == "link_needs_confirmation")
        #expect(await accept(ada, [row, own], LinkFixture.legacy("7")) == "linked 7 invitation")
        #expect(await accept(ada, [row, own.linked(to: ClerkUserID("user_eve"))]) == "linked 7 invitation")
    }

    @Test func `a twin that comes after the proposal is seen by the transaction`() async throws {
        let directory = FakeDirectory([row])
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada]))
        let session = LinkFixture.session("user_ada")
        let proposal = try await linker.proposal(for: session, beside: .absent, invited: row, at: now)
        directory.put(DirectoryUser("8", email: "ADA@old.example"))
        await #expect(throws: IdentityRefusal.link(.rowChanged)) {
            try await linker.accept(proposal, session, requestID: "r1", at: now) { link throws(Unavailable) in
                try await directory.link(link)
            }
        }
        #expect(directory.links.isEmpty)
    }

    @Test func `where nobody knows whose the address is, the old credential must come along`() async {
        #expect(await accept(ada, [row]) { $0.legacyEmail = .untrusted } == "legacy_email_unverified")
        #expect(await accept(ada, [row]) { $0.legacyEmail = .verifiedColumn } == "legacy_email_unverified")
        #expect(await accept(ada, [row], LinkFixture.legacy("7")) { $0.legacyEmail = .untrusted } == "linked 7 invitation")
        #expect(await accept(ada, [row], .expired(nil)) { $0.legacyEmail = .untrusted } == "legacy_email_unverified")
        let verified = DirectoryUser("7", email: "ada@old.example", isEmailVerified: true)
        #expect(await accept(ada, [verified]) { $0.legacyEmail = .verifiedColumn } == "linked 7 invitation")
    }

    @Test func `an impersonated session and a blocked user accept nothing`() async {
        #expect(await accept(ada, [row], isImpersonated: true) == "impersonated")
        #expect(await accept(ClerkUser("user_ada", email: "a@b.example", isBanned: true), [row]) == "clerk_user_blocked")
    }

    @Test func `who gets another row meanwhile is not told that this one is theirs`() async throws {
        let directory = FakeDirectory([row, DirectoryUser("8", email: nil)])
        let linker = LinkFixture.linker(directory, FakeClerkUsers([ada]))
        let session = LinkFixture.session("user_ada")
        let proposal = try await linker.proposal(for: session, beside: .absent, invited: row, at: now)
        directory.put(DirectoryUser("8", email: nil, clerkUser: "user_ada"))
        await #expect(throws: IdentityRefusal.link(.clerkUserLinked)) {
            try await linker.accept(proposal, session, requestID: "r1", at: now) { _ throws(Unavailable) in .changed }
        }
    }
}
