internal import Migration
internal import Settings
internal import Telemetry

extension CreateUser {
    /// What Clerk would be told, under its own names. Secrets are named and not shown.
    var preview: [(name: String, text: String)] {
        var lines: [(name: String, text: String)] = [("external_id", externalID)]
        func add(_ name: String, _ text: String?) { if let text { lines.append((name, text)) } }
        add("email_address", emailAddress?.value)
        add("email_address_identification_status", emailAddress?.status.rawValue)
        add("phone_number", phoneNumber?.value)
        add("phone_number_identification_status", phoneNumber?.status.rawValue)
        add("username", username)
        add("first_name", firstName)
        add("last_name", lastName)
        add("password_hasher", passwordDigest?.hasher.rawValue)
        add("password_digest", (passwordDigest?.digest).map { "\($0)" })
        add("skip_password_checks", skipPasswordChecks ? "true" : nil)
        add("skip_password_requirement", skipPasswordRequirement ? "true" : nil)
        add("totp_secret", totpSecret.map { "\($0)" })
        add("backup_codes", backupCodes.isEmpty ? nil : counted(backupCodes.count, "code"))
        add("created_at", createdAt?.rfc3339)
        for item in publicMetadata { add("public_metadata.\(item.name)", item.value.text) }
        for item in privateMetadata { add("private_metadata.\(item.name)", item.value.text) }
        return lines
    }
}

extension Metadatum.Value {
    fileprivate var text: String {
        switch self {
        case .text(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        }
    }
}
