package import Authentication
package import Fetch
import HTTP
package import Migration
package import Settings
import Snapshot
import Sockets
import Telemetry

/// Clerk's Backend API, asked about one user at a time: `GET /v1/users/{id}`. People who arrive together are answered by
/// one call, and while Clerk limits our rate nobody calls at all.
package final class ClerkUsersAPI: ClerkUsers {
    private let baseURL: String
    private let secretKey: Secret?
    private let start: @Sendable (FetchRequest, @escaping FetchCompletion) -> Void
    private let now: @Sendable () -> Int64
    private let report: @Sendable (String) -> Void
    private let state = Guarded(ClerkUsersState())

    typealias Answer = Result<ClerkUser?, ClerkUsersFailure>

    /// `report` gets the few lines that an operator must see.
    package convenience init(settings: ClerkSettings, client: FetchClient, report: @escaping @Sendable (String) -> Void) {
        self.init(settings: settings, now: { Clock.monotonicMilliseconds() }, report: report) { client.start($0, completion: $1) }
    }

    /// `now` counts milliseconds and never goes back.
    init(
        settings: ClerkSettings, now: @escaping @Sendable () -> Int64, report: @escaping @Sendable (String) -> Void,
        start: @escaping @Sendable (FetchRequest, @escaping FetchCompletion) -> Void
    ) {
        baseURL = settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL
        secretKey = settings.secretKey
        (self.now, self.report, self.start) = (now, report, start)
    }

    package func user(_ id: ClerkUserID) async throws(ClerkUsersFailure) -> ClerkUser? {
        // Anything else cannot be a user's id, and must not become a part of a path.
        guard !id.text.isEmpty, id.text.utf8.allSatisfy(\.isWordCharacter) else { return nil }
        let result = await answer(timeoutMilliseconds: Limits.userMilliseconds + 1_000) { reply in ask(id, reply) }
        guard let result else { throw .unavailable(retryAfterSeconds: 1) }
        return try result.get()
    }

    package var status: ClerkUsersStatus {
        state.withLock { $0.status(at: now()) }
    }

    private func ask(_ id: ClerkUserID, _ reply: @escaping @Sendable (Answer) -> Void) {
        switch state.withLock({ $0.asked(id, at: now(), reply) }) {
        case .blocked(let seconds): reply(.failure(.unavailable(retryAfterSeconds: seconds)))
        case .joined: break
        case .call:
            start(request(for: id)) { result in
                let outcome = ClerkUserOutcome(result, for: id)
                let (waiting, line) = self.state.withLock { $0.answered(id, outcome, at: self.now()) }
                if let line { self.report(line) }
                for reply in waiting { reply(outcome.answer) }
            }
        }
    }

    private func request(for id: ClerkUserID) -> FetchRequest {
        FetchRequest(
            .get, "\(baseURL)/v1/users/\(id.text)", fields: ClerkBackendAPI.fields(secretKey: secretKey),
            timeoutMilliseconds: Limits.userMilliseconds, responseBytesMax: Limits.userBytes)
    }
}

extension UInt8 {
    /// What Clerk's ids consist of.
    var isWordCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
