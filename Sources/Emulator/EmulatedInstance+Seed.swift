import HTTP
import HTTPServer
import JSON
import Telemetry

/// Users as the Backend API could not make them: with a given id, and with addresses of any verification.
extension EmulatedInstance {
    /// The fields of `POST /v1/users`, and besides: `id`; `email_addresses`, each with `email_address`, `status` (`null`
    /// for no verification at all), `strategy` and `primary`.
    mutating func addUser(_ form: inout Form, at now: UnixTime) throws(ClerkProblem) -> EmulatedUser {
        let id = form.string("id") ?? ids.next("user_")
        if !ClerkIDs.isValid(id, "user_") { form.fault(.wrongFormat("id", "user_ and letters, digits and underscores")) }
        let addresses = form.value("email_addresses")?.array ?? []
        var user = try UserForm.create(&form, id: id, ids: &ids, now: now, requiresIdentifier: false)
        for address in addresses { try add(address, to: &user, at: now) }
        if user.primaryEmailID == nil { user.primaryEmailID = user.emails.first?.id }
        guard (try? users.user(id)) == nil else { throw .unprocessable(.taken("id", "id")) }
        try users.save(user)
        return user
    }

    /// `POST /__emulator/users`: somebody signs up.
    mutating func signUp(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let user = try addUser(&form, at: call.now)
        let response = ServerResponse.json(user.write)
        publish(.userCreated, response.content, call)
        return response
    }

    private mutating func add(_ address: JSONValue, to user: inout EmulatedUser, at now: UnixTime) throws(ClerkProblem) {
        var form = Form(address)
        let value = form.string("email_address")
        let hasVerification = !form.has("status") || form.value("status") != nil
        let status = form.string("status") ?? "verified"
        let strategy = form.string("strategy") ?? "email_code"
        let isPrimary = form.bool("primary") ?? false
        if value == nil { form.fault(.missing("email_address")) }
        if !["verified", "unverified", "failed", "expired", "transferable"].contains(status) {
            form.fault(.wrongValue("status", "verified, unverified, failed, expired or transferable"))
        }
        try form.finish()
        let contact = EmulatedUser.Contact(
            id: ids.next("idn_"), value: value ?? "",
            verification: hasVerification ? .init(status: status, strategy: strategy) : nil, createdAt: now)
        user.emails.append(contact)
        if isPrimary { user.primaryEmailID = contact.id }
    }

    mutating func seed(_ content: [UInt8], at now: UnixTime) throws(SeedError) {
        let seed: JSONValue
        do throws(JSONError) { seed = try JSONValue(parsing: content, limits: JSONLimits(bytes: 64 << 20)) } catch {
            throw .notJSON("\(error)")
        }
        guard let entries = seed["users"]?.array else { throw .notJSON("there is no array \"users\"") }
        for (index, entry) in entries.enumerated() {
            var form = Form(entry)
            do throws(ClerkProblem) {
                _ = try addUser(&form, at: now)
            } catch {
                throw .user(index, error.entries.map(\.longMessage).joined(separator: " "))
            }
        }
    }
}

package enum SeedError: Error, Hashable, Sendable {
    case notJSON(String)
    /// The user at this place, from 0, and what is wrong with it.
    case user(Int, String)
}

extension SeedError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let reason): "the seed: \(reason)"
        case .user(let index, let reason): "the seed, users[\(index)]: \(reason)"
        }
    }
}
