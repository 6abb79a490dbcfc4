import HTTP
import JSON
import Telemetry

/// What `POST /v1/users` and `PATCH /v1/users/{id}` take, checked as the published API says.
enum UserForm {
    /// A new user from the content of `POST /v1/users`.
    static func create(
        _ form: inout Form, id: String, ids: inout ClerkIDs, now: UnixTime, requiresIdentifier: Bool = true
    ) throws(ClerkProblem) -> EmulatedUser {
        var user = EmulatedUser(id: id, at: now)
        readProfile(&form, into: &user, now: now)
        user.emails = contacts(&form, .email, ids: &ids, now: now)
        user.phones = contacts(&form, .phone, ids: &ids, now: now)
        user.wallets = contacts(&form, .wallet, ids: &ids, now: now)
        (user.primaryEmailID, user.primaryPhoneID) = (user.emails.first?.id, user.phones.first?.id)
        user.primaryWalletID = user.wallets.first?.id
        readMetadata(&form, into: &user)
        user.isBanned = form.bool("banned") ?? false
        user.isLocked = form.bool("locked") ?? false
        _ = form.bool("skip_password_requirement")
        let mayBeBare = form.bool("skip_user_requirement") ?? false
        let isBare = user.emails.isEmpty && user.phones.isEmpty && user.wallets.isEmpty && user.username == nil
        try form.finish()
        guard mayBeBare || !isBare || !requiresIdentifier else {
            throw .unprocessable(
                .init(
                    "form_data_missing", "missing data", "email_address, phone_number, web3_wallet or username must be included.",
                    parameter: "email_address"))
        }
        return user
    }

    /// Changes a user by the content of `PATCH /v1/users/{id}`. Before 2026-05-12 that could hold metadata.
    static func update(_ user: inout EmulatedUser, _ form: inout Form, version: APIVersion, now: UnixTime) throws(ClerkProblem) {
        readProfile(&form, into: &user, now: now)
        if version.patchTakesMetadata { readMetadata(&form, into: &user) }
        user.primaryEmailID = primary(&form, "primary_email_address_id", of: user.emails, now: user.primaryEmailID)
        user.primaryPhoneID = primary(&form, "primary_phone_number_id", of: user.phones, now: user.primaryPhoneID)
        user.primaryWalletID = primary(&form, "primary_web3_wallet_id", of: user.wallets, now: user.primaryWalletID)
        for name in ["notify_primary_email_address_changed", "sign_out_of_other_sessions"] { _ = form.bool(name) }
        _ = form.string("profile_image_id")
        try form.finish()
        user.updatedAt = now
    }
}

extension UserForm {
    /// What both calls take. A field that is absent changes nothing; `null` takes the value away.
    private static func readProfile(_ form: inout Form, into user: inout EmulatedUser, now: UnixTime) {
        if form.has("external_id") { user.externalID = nonEmpty(form.string("external_id")) }
        if form.has("username") { user.username = nonEmpty(form.string("username")) }
        if form.has("first_name") { user.firstName = form.string("first_name") }
        if form.has("last_name") { user.lastName = form.string("last_name") }
        if form.has("locale") { user.locale = form.string("locale") }
        if PasswordForm.read(&form) { user.passwordUpdatedAt = now }
        if let secret = form.string("totp_secret") {
            user.hasTOTP = true
            if !isBase32(secret) {
                form.fault(.init("invalid_totp_secret_code", "is invalid", "totp_secret must be base32.", parameter: "totp_secret"))
            }
        }
        if form.has("backup_codes") { user.hasBackupCodes = !form.strings("backup_codes").isEmpty }
        user.deleteSelfEnabled = form.bool("delete_self_enabled") ?? user.deleteSelfEnabled
        user.createOrganizationEnabled = form.bool("create_organization_enabled") ?? user.createOrganizationEnabled
        user.createOrganizationsLimit = form.int("create_organizations_limit", 0...1_000_000) ?? user.createOrganizationsLimit
        user.bypassClientTrust = form.bool("bypass_client_trust") ?? user.bypassClientTrust
        user.legalAcceptedAt = form.time("legal_accepted_at", now: now) ?? user.legalAcceptedAt
        _ = form.bool("skip_legal_checks")
        user.createdAt = form.time("created_at", now: now) ?? user.createdAt
    }

    static func readMetadata(_ form: inout Form, into user: inout EmulatedUser) {
        user.metadata.isPublic = form.object("public_metadata") ?? user.metadata.isPublic
        user.metadata.isPrivate = form.object("private_metadata") ?? user.metadata.isPrivate
        user.metadata.isUnsafe = form.object("unsafe_metadata") ?? user.metadata.isUnsafe
    }

    /// The contacts of one kind, each with the status at its place in the list beside it.
    private static func contacts(_ form: inout Form, _ kind: ContactKind, ids: inout ClerkIDs, now: UnixTime) -> [EmulatedUser
        .Contact]
    {
        let values = form.strings(kind.rawValue)
        for value in values where !kind.accepts(value) { form.fault(.wrongFormat(kind.rawValue, kind.format)) }
        if Set(values.map { $0.lowercased() }).count != values.count {
            form.fault(
                .init("form_param_duplicate", "is duplicated", "\(kind.rawValue) has a value twice.", parameter: kind.rawValue))
        }
        var statuses = Array(repeating: "verified", count: values.count)
        if kind != .wallet {
            let name = "\(kind.rawValue)_identification_status"
            let given = form.strings(name)
            if !given.isEmpty, given.count != values.count {
                form.fault(
                    .init(
                        "form_param_array_length_mismatch", "has another length",
                        "\(name) must have as many items as \(kind.rawValue).", parameter: name))
            } else if !given.isEmpty {
                statuses = given
            }
            if given.contains(where: { $0 != "verified" && $0 != "reserved" }) {
                form.fault(.wrongValue(name, "verified or reserved"))
            }
        }
        return zip(values, statuses).map { value, status in
            EmulatedUser.Contact(
                id: ids.next("idn_"), value: value, isReserved: status == "reserved",
                verification: status == "verified" ? .init() : nil, createdAt: now)
        }
    }

    /// Only a verified contact of this user can become primary.
    private static func primary(_ form: inout Form, _ name: String, of contacts: [EmulatedUser.Contact], now current: String?)
        -> String?
    {
        guard let id = form.string(name) else { return current }
        guard let contact = contacts.first(where: { $0.id == id }) else {
            form.fault(.init("resource_not_found", "not found", "The user has no \(name) \(id).", parameter: name))
            return current
        }
        if contact.verification?.status != "verified" { form.fault(.wrongValue(name, "the id of something verified")) }
        return id
    }

    private static func nonEmpty(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }

    private static func isBase32(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                ("A"..."Z").contains(Character(UnicodeScalar($0))) || ("2"..."7").contains(Character(UnicodeScalar($0)))
                    || $0 == 0x3D
            }
    }
}

extension ContactKind {
    var format: String {
        switch self {
        case .email: "an e-mail address"
        case .phone: "a phone number in E.164 format"
        case .wallet: "a wallet address"
        }
    }

    func accepts(_ value: String) -> Bool {
        switch self {
        case .email:
            let parts = value.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && value.utf8.count <= 254
                && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
        case .phone:
            return value.first == "+" && (8...16).contains(value.utf8.count)
                && value.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        case .wallet: return !value.isEmpty && value.utf8.count <= 128
        }
    }
}
