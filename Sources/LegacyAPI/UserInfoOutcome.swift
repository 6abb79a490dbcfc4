import Authentication
import Fetch
import HTTP
import JSON

/// What the old application's answer means.
enum UserInfoOutcome: Sendable, Equatable {
    case user(UserID)
    /// 401 or 403: it knows nobody by this credential.
    case nobody
    /// It is away, slow, or says something that says nothing about the credential: 503 for whoever sent it, never 401.
    case failed(String)

    init(_ result: Result<FetchResponse, FetchError>, member: String) {
        switch result {
        case .failure(let error): self = .failed("\(error)")
        case .success(let response):
            switch response.status.code {
            case 200: self = Self.user(in: response.content, member: member)
            case 401, 403: self = .nobody
            // A 404 is a wrong `url` as likely as a user that is gone, and a redirect leads to a page for people.
            default: self = .failed("status \(response.status.code)")
            }
        }
    }

    private static func user(in content: [UInt8], member: String) -> UserInfoOutcome {
        guard var value = try? JSONValue(parsing: content, limits: JSONLimits(bytes: Limits.answerBytes)) else {
            return .failed("an answer that is no JSON")
        }
        for name in member.split(separator: ".") {
            guard let inner = value[String(name)] else { return .failed("an answer without \(member)") }
            value = inner
        }
        return UserID(value).map { .user($0) } ?? .failed("\(member) is neither a string nor a whole number")
    }

    var answer: Result<UserID?, Unavailable> {
        switch self {
        case .user(let user): .success(user)
        case .nobody: .success(nil)
        case .failed(let message): .failure(.away(message))
        }
    }

    var failure: String? {
        if case .failed(let message) = self { message } else { nil }
    }
}
