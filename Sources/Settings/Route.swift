package import HTTP

/// What a route asks of a request (see the table of modes in docs/settings.md).
package enum Mode: String, Sendable, CaseIterable {
    case `public`, observe, legacy, dual, clerk, deny

    /// Whether it asks who is calling, so that there is a caller.
    package var identifies: Bool {
        switch self {
        case .legacy, .dual, .clerk: true
        case .public, .observe, .deny: false
        }
    }

    /// Whether anybody looks at the credentials of requests, be it to note what they come to.
    package var judgesCredentials: Bool { identifies || self == .observe }
}

package struct Route: Sendable {
    /// Most entries of `set.query`, and of each part of `require`: each is compared with every parameter of a request.
    package static let parametersMax = 16

    package var name: String
    package var match: Match
    /// Index into `Settings.origins`; `nil` only for `deny` and where Segue answers.
    package var origin: Int?
    /// What Segue answers itself, in the place of an origin.
    package var answer: Answer?
    package var mode: Mode
    package var optional = false
    package var canary: Canary?
    package var denyStatus = Status.forbidden
    package var encodedSlash = false
    package var setQuery: [Parameter] = []
    /// By the names of `{name}` segments.
    package var setPath: [Parameter] = []
    package var requireQuery: [Parameter] = []
    /// By the names of `{name}` segments.
    package var requirePath: [Parameter] = []
    package var requireJSON: [Parameter] = []
    package var requireForm: [Parameter] = []
    /// Most content that is held to be checked.
    package var requiredContentBytes = 65_536
    package var mint: Mint?
    package var credentials = CredentialForwarding()
    package var upgradeFrom: [UpgradeSource] = []
    package var errors = ErrorProfile.detail
    package var limits: RouteLimits = RouteLimits()
    package var timeouts: Timeouts?

    package init(name: String, match: Match, origin: Int?, mode: Mode) {
        (self.name, self.match, self.origin, self.mode) = (name, match, origin, mode)
    }

    package struct Match: Sendable {
        /// `nil`: any host; `*.example.com`: any name below; else one exact host in lower case.
        package var host: String?
        /// As written: segments of literals, `{name}`, and a final `*`.
        package var path: String
        /// Empty: every method. `get` includes `head`.
        package var methods: [Method]
        package init(host: String?, path: String, methods: [Method]) {
            (self.host, self.path, self.methods) = (host, path, methods)
        }
    }

    /// A parameter and the template of its value, such as `{user.id}`.
    package struct Parameter: Sendable, Hashable {
        package var name: String
        package var template: Template
        package init(name: String, template: Template) { (self.name, self.template) = (name, template) }
    }

    package enum Template: Sendable, Hashable {
        case userID, clerkUserID
        case literal(String)
    }

    package enum Answer: String, Sendable, CaseIterable {
        /// How far the migration is, for callers with a privileged role.
        case migrationStatus
    }

    package struct CredentialForwarding: Sendable {
        package enum Choice: String, Sendable, CaseIterable { case keep, drop }
        package var legacy = Choice.keep
        package var clerk = Choice.drop
        package init() {}
    }

    /// Some of a route's callers are held to another mode, to see what it would do to all of them.
    package struct Canary: Sendable, Hashable {
        package var mode: Mode
        package var percent: Int
        package init(mode: Mode, percent: Int) { (self.mode, self.percent) = (mode, percent) }
    }

    /// The modes that its requests are held to.
    package var modes: [Mode] { [mode] + (canary.map { [$0.mode] } ?? []) }

    /// Most entries of `upgradeFrom`: each is compared with every parameter of a handshake.
    package static let upgradeSourcesMax = 4

    /// Where Clerk's token stands in a request for an Upgrade, in which a browser can set no field.
    package enum UpgradeSource: Sendable, Hashable {
        case query(String)
        /// The part of a subprotocol's name (RFC 6455 §1.9) before the token.
        case subprotocol(String)
    }

    package enum ErrorProfile: String, Sendable, CaseIterable { case detail, error, problem }
}

package struct RouteLimits: Sendable {
    /// `nil`: `Limits.bodyBytes`.
    package var bodyBytes: Int64?
    package init() {}
}

package struct Origin: Sendable {
    package var name: String
    package var servers: [Server]
    package var timeouts = Timeouts()
    /// Connections that one worker has open to the origin's servers at most, for requests.
    package var connections = 256
    /// Requests of one worker that wait for one of them.
    package var waiting = 1_024
    /// The head of a response. An origin may send more than a client: it is trusted to be large, not to be endless.
    package var headerBytes = 65_536
    package var headerCount = 200
    package var caseInsensitivePaths = false

    package init(name: String, servers: [Server]) { (self.name, self.servers) = (name, servers) }

    package struct Server: Sendable, Hashable {
        package var host: String
        package var port: UInt16
        package init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }
    }
}
