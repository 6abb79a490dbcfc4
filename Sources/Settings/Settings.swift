internal import HTTP
package import Telemetry

/// What `routes.json` says, expanded, validated and with every default filled in. A value of this type is immutable and
/// has passed every check that needs no network; `SettingsLoader` is the only code that makes one from a file.
/// The types mirror the file: a key `clerk.keys.refreshSeconds` there is `clerk?.keys.refreshSeconds` here.
package struct Settings: Sendable {
    package var workers: Int = 0  // 0: one per core.
    package var listen: [Listen] = []
    package var admin: AdminSettings?
    /// Networks whose `X-Forwarded-*` and `Forwarded` are believed, walked from the right.
    package var trustedProxies: [Network] = []
    package var stateDirectory: String?
    package var limits = Limits()
    package var log = Log()
    package var shutdown = Shutdown()
    package var path = PathRules()
    package var csrf = CSRF()
    package var clerk: ClerkSettings?
    package var legacy: [LegacySettings] = []
    package var directory: DirectorySettings?
    package var migrate = MigrationSettings()
    package var origins: [Origin] = []
    package var identity = IdentityFields()
    package var cors: CORS?
    package var login: Login?
    package var smtp: SMTPSettings?
    package var invitations: InvitationSettings?
    package var routes: [Route] = []

    package init() {}
}

extension Settings {
    /// What differs from the settings that a process began with and cannot change while it runs.
    package func keysForNextStart(since start: Settings) -> [String] {
        var keys: [String] = []
        if listen != start.listen { keys.append("listen") }
        if workers != start.workers { keys.append("workers") }
        if admin?.address != start.admin?.address { keys.append("admin.address") }
        return keys
    }
}

package struct Listen: Sendable, Hashable {
    package var address: String
    package init(address: String) { self.address = address }
}

package struct AdminSettings: Sendable {
    package var address: String
    package var token: Secret?
    package init(address: String, token: Secret?) { (self.address, self.token) = (address, token) }
}

package struct Log: Sendable {
    package enum Level: String, Sendable, CaseIterable { case error, warn, info, debug }
    package var level = Level.info
    package var access = true
    package init() {}
}

package struct Shutdown: Sendable {
    package var drainSeconds = 30
    package init() {}
}

package struct PathRules: Sendable {
    package enum Slashes: String, Sendable, CaseIterable { case merge, refuse }
    package var slashes = Slashes.merge
    package init() {}
}

package struct CSRF: Sendable {
    /// `nil`: the `authorizedParties` of Clerk.
    package var allowedOrigins: [String]?
    package var strict = false
    package init() {}
}

package struct CORS: Sendable {
    package var allowedOrigins: [String]
    package var credentials: Bool
    package var exposedHeaders: [String] = []
    package var maxAgeSeconds: Int64 = 600
    package init(allowedOrigins: [String], credentials: Bool) {
        (self.allowedOrigins, self.credentials) = (allowedOrigins, credentials)
    }
}

package struct Login: Sendable {
    /// The path of the login callback.
    package var callback: String?
    /// The path at which an old session is exchanged for a ticket of Clerk's.
    package var upgrade: String?
    package init() {}
}

/// The names of the fields that tell an origin who is calling; `nil`: not sent. Each is stripped from every client
/// whether it is sent or not.
package struct IdentityFields: Sendable, Equatable {
    package var userID: String = "X-User-Id"
    package var clerkUserID: String? = "X-Clerk-User-Id"
    package var email: String?
    package var method: String? = "X-Auth-Method"
    package var migrated: String? = "X-Auth-Migrated"
    package var assertion: Assertion?
    package init() {}
}
