import Authentication
import JSON
import Migration
import Telemetry

/// Where a reply differs from the published API: the member, never its value.
enum ClerkReplyError: Error, Hashable {
    case notJSON(String)
    case unexpected(member: String)
}

extension ClerkUser {
    /// Reads a `User` of the published API. What Segue does not need may be anything; what it weighs as evidence must be
    /// as published, because a guess here could link the wrong person.
    init(parsing content: [UInt8], expecting id: ClerkUserID) throws(ClerkReplyError) {
        let reply: JSONValue
        do throws(JSONError) { reply = try JSONValue(parsing: content) } catch { throw .notJSON("\(error)") }
        guard reply["id"]?.string == id.text else { throw .unexpected(member: "id") }
        try self.init(reply)
    }

    /// One of a list, or a reply of its own.
    init(_ reply: JSONValue) throws(ClerkReplyError) {
        guard reply["object"]?.string == "user" else { throw .unexpected(member: "object") }
        guard let id = reply["id"]?.string, !id.isEmpty else { throw .unexpected(member: "id") }
        guard let entries = reply["email_addresses"]?.array else { throw .unexpected(member: "email_addresses") }
        var addresses: [(id: String, address: ClerkEmailAddress)] = []
        for entry in entries { addresses.append(try ClerkEmailAddress.read(entry)) }
        let primaryID = try reply.optionalString("primary_email_address_id")
        let primary = addresses.first { $0.id == primaryID }?.address
        guard primaryID == nil || primary != nil else { throw .unexpected(member: "primary_email_address_id") }
        self.init(
            id: ClerkUserID(id), externalID: try reply.optionalString("external_id"), primaryEmail: primary,
            emailAddresses: addresses.map(\.address),
            firstName: try reply.optionalString("first_name"), lastName: try reply.optionalString("last_name"),
            isBanned: try reply.requiredBool("banned"), isLocked: try reply.requiredBool("locked"),
            batch: reply["private_metadata"]?[CreateUser.batchMember]?.string,
            hasSignedIn: reply["last_sign_in_at"]?.isNull != true,
            updated: reply["updated_at"]?.int64.map { UnixTime(milliseconds: $0) }, account: ClerkAccount(reply))
    }
}

extension ClerkAccount {
    fileprivate init(_ reply: JSONValue) {
        self.init()
        phoneNumbers = (reply["phone_numbers"]?.array ?? []).compactMap { $0["phone_number"]?.string }
        username = reply["username"]?.string
        createdAt = reply["created_at"]?.int64.map { UnixTime(milliseconds: $0) }
        hasPassword = reply["password_enabled"]?.bool ?? false
        hasTOTP = reply["totp_enabled"]?.bool ?? false
        hasBackupCodes = reply["backup_code_enabled"]?.bool ?? false
        publicMetadata = Self.members(reply["public_metadata"])
        privateMetadata = Self.members(reply["private_metadata"])
    }

    private static func members(_ metadata: JSONValue?) -> [Metadatum] {
        (metadata?.object ?? []).compactMap { member in
            switch member.value.content {
            case .string(let text): Metadatum(member.name, .text(text))
            case .number(let number): Metadatum(member.name, .number(number.text))
            case .bool(let value): Metadatum(member.name, .bool(value))
            case .null, .array, .object: nil
            }
        }
    }
}

extension ClerkEmailAddress {
    fileprivate static func read(_ entry: JSONValue) throws(ClerkReplyError) -> (id: String, address: ClerkEmailAddress) {
        guard let id = entry["id"]?.string, let address = entry["email_address"]?.string else {
            throw .unexpected(member: "email_addresses[]")
        }
        guard let verification = entry["verification"] else { throw .unexpected(member: "email_addresses[].verification") }
        guard !verification.isNull else { return (id, ClerkEmailAddress(address: address, verification: nil)) }
        guard let status = verification["status"]?.string else {
            throw .unexpected(member: "email_addresses[].verification.status")
        }
        let strategy = try verification.optionalString("strategy")
        return (id, ClerkEmailAddress(address: address, verification: Verification(status: Status(status), strategy: strategy)))
    }
}

extension ClerkEmailAddress.Status {
    fileprivate init(_ word: String) {
        self =
            switch word {
            case "verified": .verified
            case "unverified": .unverified
            case "failed": .failed
            case "expired": .expired
            case "transferable": .transferable
            default: .unknown
            }
    }
}

extension JSONValue {
    /// A string, or `nil` for `null` and for a member that is not there.
    fileprivate func optionalString(_ name: String) throws(ClerkReplyError) -> String? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let text = value.string else { throw .unexpected(member: name) }
        return text
    }

    fileprivate func requiredBool(_ name: String) throws(ClerkReplyError) -> Bool {
        guard let value = self[name]?.bool else { throw .unexpected(member: name) }
        return value
    }
}
