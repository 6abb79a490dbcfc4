import HTTP
import Telemetry

/// Endpoints that Clerk limits alike.
enum RateClass: String, CaseIterable, Sendable {
    /// The key set.
    case unlimited
    /// All requests of the Backend API together, those of the classes below among them.
    case general
    /// Changes of one user.
    case userChanges = "user_changes"
    case invitations
    case bulkInvitations = "bulk_invitations"
}

/// So many requests in a window of time, which begins with its first request.
struct RateLimit: Equatable, Sendable {
    var requests: Int64
    var windowMilliseconds: Int64

    /// What Clerk publishes about its limits.
    static func published(_ instance: EmulatorSettings.Instance) -> [RateClass: RateLimit] {
        let general: Int64 = instance == .production ? 1_000 : 100
        return [
            .general: RateLimit(requests: general, windowMilliseconds: 10_000),
            .userChanges: RateLimit(requests: 10, windowMilliseconds: 10_000),
            .invitations: RateLimit(requests: 100, windowMilliseconds: 3_600_000),
            .bulkInvitations: RateLimit(requests: 25, windowMilliseconds: 3_600_000),
        ]
    }
}

/// How often each class was asked. Without limits nothing is counted: most tests are about something else.
struct RateLimits {
    private(set) var limits: [RateClass: RateLimit]
    private var windows: [Key: Window] = [:]
    /// Requests that were refused for being too many.
    private(set) var refused = 0
    /// One window for each user who was changed lately; when there are more, those that have ended are dropped.
    private static let windowsMax = 10_000

    private struct Key: Hashable {
        let rate: RateClass
        let user: String
    }

    private struct Window {
        let end: UnixTime
        var requests: Int64 = 0
    }

    init(_ instance: EmulatorSettings.Instance?) { limits = instance.map(RateLimit.published) ?? [:] }

    mutating func set(_ new: [RateClass: RateLimit]) { (limits, windows, refused) = (new, [:], 0) }

    /// Counts a request, or refuses it until the window ends.
    mutating func count(_ endpoint: Endpoint, _ call: Call) throws(ClerkProblem) {
        guard !limits.isEmpty, endpoint.rate != .unlimited else { return }
        try count(Key(rate: .general, user: ""), at: call.now)
        guard endpoint.rate != .general else { return }
        try count(Key(rate: endpoint.rate, user: endpoint.rate == .userChanges ? call.id : ""), at: call.now)
    }

    private mutating func count(_ key: Key, at now: UnixTime) throws(ClerkProblem) {
        guard let limit = limits[key.rate] else { return }
        if windows.count > Self.windowsMax { windows = windows.filter { now < $0.value.end } }
        var window =
            windows[key].flatMap { now < $0.end ? $0 : nil } ?? Window(end: now.adding(milliseconds: limit.windowMilliseconds))
        window.requests += 1
        windows[key] = window
        guard window.requests > limit.requests else { return }
        refused += 1
        let wait = window.end.milliseconds - now.milliseconds
        throw ClerkProblem(
            .tooManyRequests, [.init("too_many_requests", "Too many requests", "Too many requests. Retry later.")],
            retryAfterSeconds: max(1, (wait + 999) / 1000))
    }
}
