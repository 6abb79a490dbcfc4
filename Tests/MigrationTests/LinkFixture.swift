import Authentication
import GatewayTesting
import Identity
import Migration
import Settings
import Telemetry
import Testing

enum LinkFixture {
    static func linker(
        _ directory: FakeDirectory, _ clerkUsers: FakeClerkUsers, _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) -> Linker {
        var linking = DirectorySettings.Linking(legacyEmail: .trusted)
        linking.privilegedRoles = ["admin"]
        edit(&linking)
        var users = DirectorySettings.Users()
        users.email = "email"
        let settings = DirectorySettings(location: .sqlite(path: ":memory:"), users: users, linking: linking)
        return Linker(directory: directory, clerkUsers: clerkUsers, rules: LinkRules(settings))
    }

    static func session(_ user: String, isImpersonated: Bool = false) -> ClerkSubject {
        ClerkSubject(
            user: ClerkUserID(user), session: ClerkSessionID("sess_1"), isImpersonated: isImpersonated,
            expires: ManualClock().now.adding(seconds: 60), issued: nil)
    }

    static func legacy(_ user: String, isSecure: Bool = true) -> Verdict<LegacySubject> {
        .valid(LegacySubject(user: UserID(user), entry: 0, isSecure: isSecure, expires: nil))
    }

    /// The refusal of an attacker's first request, after checking that no row was linked by it.
    static func attack(
        _ attacker: ClerkUser, rows: [DirectoryUser], legacy: Verdict<LegacySubject> = .absent, isImpersonated: Bool = false,
        _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) async -> LinkRefusal? {
        let directory = FakeDirectory(rows)
        let linker = linker(directory, FakeClerkUsers([attacker]), edit)
        defer { #expect(directory.links.isEmpty) }
        do throws(IdentityRefusal) {
            let session = Self.session(attacker.id.text, isImpersonated: isImpersonated)
            _ = try await linker.row(for: session, beside: legacy, requestID: "r", at: ManualClock().now)
            return nil
        } catch {
            guard case .link(let refusal) = error else { return nil }
            return refusal
        }
    }
}
