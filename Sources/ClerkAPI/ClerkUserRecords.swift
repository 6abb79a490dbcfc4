package import Authentication
package import Fetch
package import Settings
import HTTP
import JSON
import Sockets
import Telemetry

/// What undoing and reconciling ask of Clerk: many users by their ids, a hundred at a time, and the end of one. Calls follow each
/// other, wait as long as Clerk says (429), and are repeated where no answer came: neither does more when it is done twice.
/// It runs as a task on a loop.
package struct ClerkUserRecords: Sendable {
    private let baseURL: String
    private let secretKey: Secret?
    private let send: @Sendable (FetchRequest) async -> Result<FetchResponse, FetchError>
    private let pause: @Sendable (_ milliseconds: Int) async -> Void

    package init(settings: ClerkSettings, client: FetchClient) {
        self.init(
            settings: settings,
            send: { request in
                do throws(FetchError) { return .success(try await client.send(request)) } catch { return .failure(error) }
            },
            pause: { await sleep(milliseconds: $0) })
    }

    init(
        settings: ClerkSettings, send: @escaping @Sendable (FetchRequest) async -> Result<FetchResponse, FetchError>,
        pause: @escaping @Sendable (Int) async -> Void
    ) {
        baseURL = settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL
        (secretKey, self.send, self.pause) = (settings.secretKey, send, pause)
    }

    /// Those of the users that Clerk has.
    package func records(of ids: [ClerkUserID]) async throws(ClerkCallFailure) -> [ClerkUserRecord] {
        // Anything else cannot be a user's id, and must not become a part of a query.
        let wanted = ids.filter { !$0.text.isEmpty && $0.text.utf8.allSatisfy(\.isWordCharacter) }
        var found: [ClerkUserRecord] = []
        for start in stride(from: 0, to: wanted.count, by: Limits.recordsPerCall) {
            let page = wanted[start..<min(start + Limits.recordsPerCall, wanted.count)]
            let query = page.map { "user_id=\($0.text)" }.joined(separator: "&")
            let response = try await call(.get, "/v1/users?limit=\(Limits.recordsPerCall)&\(query)")
            guard response.status.code == 200 else { throw .unexpected("status \(response.status.code) for a list of users") }
            found += try ClerkUserRecord.list(response.content)
        }
        return found
    }

    /// What became of a deletion.
    package enum Deletion<Obstacle: Sendable & Hashable>: Sendable, Hashable {
        case deleted
        /// There was no such user before we asked.
        case gone
        case kept(Obstacle)
    }

    /// Deletes a user. An attempt may have to wait for minutes, so it is looked before each whether anything is against it by now.
    package func delete<Obstacle>(
        _ id: ClerkUserID, unless obstacle: (ClerkUserRecord) -> Obstacle?
    ) async throws(ClerkCallFailure) -> Deletion<Obstacle> {
        var reason: String?
        for _ in 1...Limits.recordAttempts {
            guard let record = try await records(of: [id]).first else { return reason == nil ? .gone : .deleted }
            if let obstacle = obstacle(record) { return .kept(obstacle) }
            switch await attempt(.delete, "/v1/users/\(id.text)") {
            case .answered: return .deleted
            case .failed(let failure): throw failure
            case .later(let words, let seconds):
                reason = words
                await pause(seconds * 1_000)
            }
        }
        throw .unavailable(reason ?? "")
    }

    /// 200, or a 404 that is Clerk's.
    private func call(_ method: Method, _ target: String) async throws(ClerkCallFailure) -> FetchResponse {
        for attempt in 1...Limits.recordAttempts {
            switch await self.attempt(method, target) {
            case .answered(let response): return response
            case .failed(let failure): throw failure
            case .later(let reason, let seconds):
                guard attempt < Limits.recordAttempts else { throw .unavailable(reason) }
                await pause(seconds * 1_000)
            }
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private func attempt(_ method: Method, _ target: String) async -> ClerkCallOutcome {
        ClerkCallOutcome(
            await send(
                FetchRequest(
                    method, baseURL + target, fields: ClerkBackendAPI.fields(secretKey: secretKey),
                    timeoutMilliseconds: Limits.recordMilliseconds, responseBytesMax: Limits.recordBytes)))
    }
}

package enum ClerkCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Clerk takes no call with this key.
    case refused(status: Int)
    /// Clerk is away, slow, or limits our rate for longer than we wait.
    case unavailable(String)
    /// An answer that the published API does not have.
    case unexpected(String)

    package var description: String {
        switch self {
        case .refused(let status): "Clerk refuses clerk.secretKey (status \(status)); segue doctor says more"
        case .unavailable(let reason): "Clerk cannot be asked: \(reason)"
        case .unexpected(let what): "the answer is not Clerk's (\(what)): look at clerk.apiUrl, or run segue doctor"
        }
    }
}

/// What an attempt came to.
private enum ClerkCallOutcome {
    case answered(FetchResponse)
    case failed(ClerkCallFailure)
    case later(String, seconds: Int)

    init(_ result: Result<FetchResponse, FetchError>) {
        let response: FetchResponse
        switch result {
        case .failure(let error):
            self = .later("\(error)", seconds: 1)
            return
        case .success(let success): response = success
        }
        let wait = response.retryAfterSeconds.map { min(max(1, $0), Limits.retryAfterSecondsMax) }
        let code = Int(response.status.code)
        switch code {
        case 200: self = .answered(response)
        case 404 where ClerkErrors(parsing: response.content)?.codes.contains("resource_not_found") == true:
            self = .answered(response)
        case 401, 403: self = .failed(.refused(status: code))
        case 429: self = .later("status 429", seconds: wait ?? Limits.retryAfterSeconds)
        // 409: somebody else holds the user at the moment (`resource_locked`).
        case 408, 409, 500...599: self = .later("status \(code)", seconds: wait ?? 1)
        default: self = .failed(.unexpected("status \(code)"))
        }
    }
}
