import HTTP
import HTTPServer

/// Every endpoint, in the order in which they are tried; docs/emulator.md says more about each.
extension Endpoint {
    static let all = keys + users + sessions + invitations + signInTokens + commands

    private static let keys: [Endpoint] = [
        Endpoint(.get, "/.well-known/jwks.json", .everybody, rate: .unlimited) { instance, _ in .json(instance.keys.document) },
        Endpoint(.get, "/v1/jwks", rate: .unlimited) { instance, _ in .json(instance.keys.document) },
    ]

    private static let users: [Endpoint] = [
        Endpoint(.get, "/v1/users") { try $0.listUsers($1) },
        Endpoint(.post, "/v1/users") { try $0.createUser($1) },
        Endpoint(.get, "/v1/users/count") { try $0.countUsers($1) },
        Endpoint(.get, "/v1/users/{id}") { instance, call in try .json(instance.users.user(call.id).write) },
        Endpoint(.patch, "/v1/users/{id}", rate: .userChanges) { try $0.updateUser($1) },
        Endpoint(.delete, "/v1/users/{id}") { try $0.deleteUser($1) },
        Endpoint(.patch, "/v1/users/{id}/metadata", rate: .userChanges) { try $0.changeMetadata($1) { $0.merged(with: $1) } },
        Endpoint(.put, "/v1/users/{id}/metadata", rate: .userChanges) { try $0.changeMetadata($1) { _, new in new } },
        Endpoint(.post, "/v1/users/{id}/ban") { try $0.switchUser(\.isBanned, to: true, $1) },
        Endpoint(.post, "/v1/users/{id}/unban") { try $0.switchUser(\.isBanned, to: false, $1) },
        Endpoint(.post, "/v1/users/{id}/lock") { try $0.switchUser(\.isLocked, to: true, $1) },
        Endpoint(.post, "/v1/users/{id}/unlock") { try $0.switchUser(\.isLocked, to: false, $1) },
    ]

    private static let sessions: [Endpoint] = [
        Endpoint(.get, "/v1/sessions") { try $0.listSessions($1) },
        Endpoint(.post, "/v1/sessions") { try $0.createSession($1) },
        Endpoint(.get, "/v1/sessions/{id}") { instance, call in try .json(instance.sessions.record(call.id).write) },
        Endpoint(.post, "/v1/sessions/{id}/revoke") { try $0.revokeSession($1) },
        Endpoint(.post, "/v1/sessions/{id}/tokens") { try $0.sessionToken($1, kind: .session(version: 2)) },
        Endpoint(.post, "/v1/sessions/{id}/tokens/{template}") { try $0.sessionToken($1, kind: .template) },
    ]

    private static let invitations: [Endpoint] = [
        Endpoint(.get, "/v1/invitations") { try $0.listInvitations($1) },
        Endpoint(.post, "/v1/invitations", rate: .invitations) { try $0.createInvitation($1) },
        Endpoint(.post, "/v1/invitations/bulk", rate: .bulkInvitations) { try $0.createInvitations($1) },
        Endpoint(.post, "/v1/invitations/{id}/revoke") { try $0.revokeInvitation($1) },
    ]

    private static let signInTokens: [Endpoint] = [
        Endpoint(.post, "/v1/sign_in_tokens") { try $0.createSignInToken($1) },
        Endpoint(.post, "/v1/sign_in_tokens/{id}/revoke") { try $0.revokeSignInToken($1) },
    ]

    private static let commands: [Endpoint] = [
        Endpoint(.get, "/__emulator/status", .test) { $0.status($1) },
        Endpoint(.post, "/__emulator/rotate", .test) { try $0.rotate($1) },
        Endpoint(.post, "/__emulator/tokens", .test) { try $0.mint($1) },
        Endpoint(.post, "/__emulator/users", .test) { try $0.signUp($1) },
        Endpoint(.post, "/__emulator/sessions", .test) { try $0.endSession($1) },
        Endpoint(.post, "/__emulator/tickets", .test) { try $0.followTicket($1) },
        Endpoint(.post, "/__emulator/outage", .test) { try $0.setOutage($1) },
        Endpoint(.post, "/__emulator/limits", .test) { try $0.setLimits($1) },
        Endpoint(.post, "/__emulator/faults", .test) { try $0.planFault($1) },
        Endpoint(.delete, "/__emulator/faults", .test) { $0.forgetFaults($1) },
        Endpoint(.post, "/__emulator/webhooks", .test) { try $0.setWebhooks($1) },
        Endpoint(.get, "/__emulator/deliveries", .test) { instance, _ in .json(instance.webhooks.write) },
        Endpoint(.post, "/__emulator/deliveries/release", .test) { try $0.releaseDeliveries($1) },
        Endpoint(.post, "/__emulator/deliveries/replay", .test) { try $0.replayDelivery($1) },
    ]
}
