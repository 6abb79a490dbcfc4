import JSON
import Migration
import Settings
import Telemetry

extension CreateUser {
    /// The content of `POST /v1/users`, whose unknown members Clerk refuses.
    func json(in batch: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("external_id", externalID)
        if let email = emailAddress {
            writer.array("email_address", [email.value])
            writer.array("email_address_identification_status", [email.status.rawValue])
        }
        if let phone = phoneNumber {
            writer.array("phone_number", [phone.value])
            writer.array("phone_number_identification_status", [phone.status.rawValue])
        }
        for (name, value) in [("username", username), ("first_name", firstName), ("last_name", lastName)] {
            if let value { writer.member(name, value) }
        }
        if let password = passwordDigest { writer.members(password) }
        if skipPasswordChecks { writer.member("skip_password_checks", true) }
        if skipPasswordRequirement { writer.member("skip_password_requirement", true) }
        if let totpSecret { writer.member("totp_secret", totpSecret.exposeText()) }
        if !backupCodes.isEmpty { writer.array("backup_codes", backupCodes.map { $0.exposeText() }) }
        if let createdAt { writer.member("created_at", createdAt.rfc3339) }
        writer.metadata("public_metadata", publicMetadata)
        writer.metadata("private_metadata", privateMetadata + [Metadatum(Self.batchMember, .text(batch))])
        writer.endObject()
        return writer.bytes
    }
}

extension PasswordDigest {
    /// The content of `PATCH /v1/users/{id}`.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.members(self)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func members(_ password: PasswordDigest) {
        member("password_hasher", password.hasher.rawValue)
        member("password_digest", password.digest.exposeText())
    }

    fileprivate mutating func array(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    fileprivate mutating func metadata(_ name: String, _ items: [Metadatum]) {
        guard !items.isEmpty else { return }
        key(name)
        beginObject()
        for item in items {
            key(item.name)
            switch item.value {
            case .text(let text): string(text)
            case .number(let digits): raw(Array(digits.utf8))
            case .bool(let value): bool(value)
            }
        }
        endObject()
    }
}
