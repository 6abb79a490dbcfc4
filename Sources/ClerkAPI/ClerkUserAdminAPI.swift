package import Authentication
package import Fetch
package import Migration
package import Settings
import HTTP
package import Telemetry

/// `POST`, `PATCH`, `DELETE` and `GET` of `/v1/users`, for who moves everybody, or takes it back. Nothing is sent twice here: what a
/// reply leaves open, the caller looks into.
package struct ClerkUserAdminAPI: ClerkUserAdmin {
    private let url: String
    private let fields: [FetchRequest.Field]
    private let client: FetchClient

    package init(_ settings: ClerkSettings, secretKey: Secret, client: FetchClient) {
        url = (settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL) + "/v1/users"
        fields = ClerkBackendAPI.fields(secretKey: secretKey)
        self.client = client
    }

    package func create(_ user: CreateUser, in batch: String) async -> CreateReply {
        let request = FetchRequest(
            .post, url, fields: fields + [.init("Content-Type", "application/json")], content: user.json(in: batch),
            timeoutMilliseconds: Limits.createMilliseconds, responseBytesMax: Limits.userBytes)
        do throws(FetchError) {
            return CreateReply(try await client.send(request), to: user)
        } catch {
            return error.isOurs ? .hopeless("\(error)") : .unclear("\(error)")
        }
    }

    package func renew(_ digest: PasswordDigest, of user: ClerkUserID) async -> RenewReply {
        guard user.isPossible else {
            return .refused(ClerkFault(code: "not_a_user_id", parameter: nil))
        }
        let request = FetchRequest(
            .patch, "\(url)/\(user.text)", fields: fields + [.init("Content-Type", "application/json")], content: digest.json,
            timeoutMilliseconds: Limits.createMilliseconds, responseBytesMax: Limits.userBytes)
        do throws(FetchError) {
            return RenewReply(try await client.send(request))
        } catch {
            return error.isOurs ? .hopeless("\(error)") : .unclear("\(error)")
        }
    }

    package func delete(_ user: ClerkUserID) async -> DeleteReply {
        guard user.isPossible else { return .hopeless("\(user.text) is no user's id") }
        let request = FetchRequest(
            .delete, "\(url)/\(user.text)", fields: fields, timeoutMilliseconds: Limits.createMilliseconds,
            responseBytesMax: Limits.userBytes)
        do throws(FetchError) {
            return DeleteReply(try await client.send(request))
        } catch {
            return error.isOurs ? .hopeless("\(error)") : .unclear("\(error)")
        }
    }

    package func users(_ lookUp: ClerkLookUp) async -> ClerkLookUpReply {
        var lookUp = lookUp
        if case .userIDs(let ids) = lookUp {
            let possible = ids.filter { ClerkUserID($0).isPossible }
            // Asked for nobody, Clerk answers with anybody.
            guard !possible.isEmpty else { return .users([]) }
            lookUp = .userIDs(possible)
        }
        let request = FetchRequest(
            .get, "\(url)?\(lookUp.query)", fields: fields,
            timeoutMilliseconds: Limits.lookUpMilliseconds, responseBytesMax: Limits.lookUpBytes)
        do throws(FetchError) {
            return ClerkLookUpReply(try await client.send(request))
        } catch {
            return error.isOurs ? .hopeless("\(error)") : .failed("\(error)")
        }
    }
}

extension FetchError {
    /// No user would fare better.
    fileprivate var isOurs: Bool {
        switch self {
        case .invalidURL, .invalidField, .stopped: true
        case .resolve, .connect, .tls, .timeout, .tooLarge, .broken, .mailRefused, .mailServerRefused,
            .mailUnconfirmed, .overloaded:
            false
        }
    }
}

extension ClerkUserID {
    /// Anything else cannot be a user's id, and must not become a part of a path.
    fileprivate var isPossible: Bool { !text.isEmpty && text.utf8.allSatisfy(\.isWordCharacter) }
}

extension ClerkLookUp {
    /// Without `limit` Clerk returns ten; it reads a plus sign as a space, or as one of its own.
    fileprivate var query: String {
        let (name, values) =
            switch self {
            case .externalIDs(let values): ("external_id", values)
            case .emailAddresses(let values): ("email_address", values)
            case .userIDs(let values): ("user_id", values)
            }
        return (["limit=500"] + values.map { "\(name)=\(percentEncoded($0))" }).joined(separator: "&")
    }
}
