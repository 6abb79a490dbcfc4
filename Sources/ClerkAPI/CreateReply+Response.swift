import Authentication
import Fetch
import HTTP
import JSON
import Migration

extension CreateReply {
    init(_ response: FetchResponse, to user: CreateUser) {
        let fault = ClerkErrors(parsing: response.content)?.faults.first
        switch response.status.code {
        // Clerk answers 200; 201 would say the same.
        case 200, 201: self = Self.created(response.content, user)
        case 429: self = .limited(retryAfterSeconds: response.clampedRetryAfter)
        case 401: self = .hopeless(refusedKey(fault))
        case 403 where fault?.code == "user_quota_exceeded":
            self = .hopeless("status 403\(fault.words): the instance takes no more users")
        case 403 where fault?.code == "authorization_invalid": self = .hopeless("status 403\(fault.words): the key may not do this")
        // RFC 9110 §15.5.9, RFC 8470 §5.2: the same request again may go through.
        case 408, 425: self = .unclear("status \(response.status.code)")
        // Without Clerk's envelope it is some proxy, or a wrong `apiUrl`, that answered.
        case 400..<500 where fault == nil:
            self = .hopeless("status \(response.status.code) without Clerk's errors: is clerk.apiUrl right?")
        case 409 where fault?.code == "resource_locked": self = .unclear("status 409 (resource_locked)")
        case 404, 405, 415: self = .hopeless("status \(response.status.code)\(fault.words)")
        case 400..<500: self = fault?.isTaken ?? false ? .taken(fault!) : .refused(fault!)
        default: self = .unclear("status \(response.status.code)")
        }
    }

    /// Only the very user that was asked for is ours.
    private static func created(_ content: [UInt8], _ user: CreateUser) -> CreateReply {
        guard let reply = try? JSONValue(parsing: content), reply["object"]?.string == "user", let id = reply["id"]?.string,
            !id.isEmpty, reply["external_id"]?.string == user.externalID
        else { return .unclear("the reply to a creation is not as published") }
        return .created(ClerkUserID(id))
    }
}

extension RenewReply {
    init(_ response: FetchResponse) {
        let fault = ClerkErrors(parsing: response.content)?.faults.first
        switch response.status.code {
        case 200: self = .renewed
        case 429: self = .limited(retryAfterSeconds: response.clampedRetryAfter)
        case 401: self = .hopeless(refusedKey(fault))
        case 403: self = .hopeless("status 403\(fault.words): the key may not do this")
        case 408, 409, 425, 500...599: self = .unclear("status \(response.status.code)\(fault.words)")
        default:
            // Without Clerk's envelope it is some proxy, or a wrong `apiUrl`, that answered.
            self =
                fault.map { .refused($0) }
                ?? .hopeless("status \(response.status.code) without Clerk's errors: is clerk.apiUrl right?")
        }
    }
}

extension DeleteReply {
    init(_ response: FetchResponse) {
        let errors = ClerkErrors(parsing: response.content)
        let fault = errors?.faults.first
        switch response.status.code {
        case 200: self = .deleted
        // Without Clerk's envelope it is some proxy, or a wrong `apiUrl`, that found nothing.
        case 404 where errors?.codes.contains("resource_not_found") == true: self = .deleted
        case 429: self = .limited(retryAfterSeconds: response.clampedRetryAfter)
        case 401: self = .hopeless(refusedKey(fault))
        case 403: self = .hopeless("status 403\(fault.words): the key may not do this")
        // 409: somebody else holds the user at the moment (`resource_locked`).
        case 408, 409, 425, 500...599: self = .unclear("status \(response.status.code)\(fault.words)")
        default: self = .hopeless("status \(response.status.code)\(fault.words) is not Clerk's answer: is clerk.apiUrl right?")
        }
    }
}

/// 401, whatever was asked.
private func refusedKey(_ fault: ClerkFault?) -> String {
    "status 401\(fault.words): Clerk refuses clerk.secretKey; segue doctor says more"
}

extension ClerkLookUpReply {
    init(_ response: FetchResponse) {
        switch response.status.code {
        case 200:
            do throws(ClerkReplyError) {
                self = .users(try Self.users(response.content))
            } catch {
                self = .failed("the list of users is not as published: \(error)")
            }
        case 429: self = .limited(retryAfterSeconds: response.clampedRetryAfter)
        case 401:
            self = .hopeless(refusedKey(ClerkErrors(parsing: response.content)?.faults.first))
        // A proxy in between, or Clerk, asks to be asked again (RFC 9110 §15.5.9, RFC 8470 §5.2).
        case 408, 409, 425: self = .failed("status \(response.status.code)")
        case 400..<500:
            self = .hopeless("status \(response.status.code)\((ClerkErrors(parsing: response.content)?.faults.first).words)")
        default: self = .failed("status \(response.status.code)")
        }
    }

    private static func users(_ content: [UInt8]) throws(ClerkReplyError) -> [ClerkUser] {
        let reply: JSONValue
        let limits = JSONLimits(bytes: Limits.lookUpBytes)
        do throws(JSONError) { reply = try JSONValue(parsing: content, limits: limits) } catch { throw .notJSON("\(error)") }
        guard let entries = reply.array else { throw .unexpected(member: "(the whole)") }
        var users: [ClerkUser] = []
        for entry in entries { users.append(try ClerkUser(entry)) }
        return users
    }
}

extension ClerkErrors {
    /// In Clerk's order.
    var faults: [ClerkFault] { entries.map { ClerkFault(code: $0.code, parameter: $0.parameter) } }
}

extension ClerkFault {
    /// What is unique is somebody's already. How Clerk says so of an `external_id` is not published.
    fileprivate var isTaken: Bool {
        switch code {
        case "form_identifier_exists", "form_already_exists", "duplicate_record", "conflict", "": true
        default: false
        }
    }
}

extension ClerkFault? {
    var words: String { map { " (\($0.words))" } ?? "" }
}

extension FetchResponse {
    var clampedRetryAfter: Int {
        retryAfterSeconds.map { min(max(1, $0), Limits.retryAfterSecondsMax) } ?? Limits.retryAfterSeconds
    }
}
