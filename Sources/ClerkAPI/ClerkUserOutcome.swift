import Authentication
import Fetch
import HTTP
import JSON
import Migration

/// What a response of `GET /v1/users/{id}` means.
enum ClerkUserOutcome: Equatable {
    case user(ClerkUser)
    case noSuchUser
    /// 429: stay away for so long.
    case limited(retryAfterSeconds: Int)
    /// 401 or 403: our own settings are wrong, which says nothing about the user.
    case refused(status: Int)
    /// Clerk is away, slow or broken.
    case failed(String, retryAfterSeconds: Int)

    init(_ result: Result<FetchResponse, FetchError>, for id: ClerkUserID) {
        switch result {
        case .failure(let error): self = .failed("\(error)", retryAfterSeconds: 1)
        case .success(let response): self.init(response, for: id)
        }
    }

    private init(_ response: FetchResponse, for id: ClerkUserID) {
        let retryAfter = response.retryAfterSeconds.map { min(max(1, $0), Limits.retryAfterSecondsMax) }
        switch response.status.code {
        case 200:
            do throws(ClerkReplyError) {
                self = .user(try ClerkUser(parsing: response.content, expecting: id))
            } catch {
                self = .failed("the reply about a user is not as published: \(error)", retryAfterSeconds: 5)
            }
        // Without Clerk's envelope it is some proxy, or a wrong `apiUrl`, that found nothing.
        case 404 where ClerkErrors(parsing: response.content)?.codes.contains("resource_not_found") == true: self = .noSuchUser
        case 429: self = .limited(retryAfterSeconds: retryAfter ?? Limits.retryAfterSeconds)
        case 401, 403: self = .refused(status: Int(response.status.code))
        default: self = .failed("status \(response.status.code)", retryAfterSeconds: retryAfter ?? 1)
        }
    }

    var answer: ClerkUsersAPI.Answer {
        switch self {
        case .user(let user): .success(user)
        case .noSuchUser: .success(nil)
        case .limited(let seconds), .failed(_, let seconds): .failure(.unavailable(retryAfterSeconds: seconds))
        case .refused: .failure(.unavailable(retryAfterSeconds: 30))
        }
    }

    var failure: String? {
        switch self {
        case .user, .noSuchUser: nil
        case .limited(let seconds): "status 429, for \(seconds) s"
        case .refused(let status): "status \(status): our key is refused"
        case .failed(let message, _): message
        }
    }
}
