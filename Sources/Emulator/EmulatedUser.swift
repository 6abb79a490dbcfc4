import JSON
import Telemetry

/// A user of the emulated instance, with what the Backend API tells about one.
struct EmulatedUser {
    let id: String
    var externalID: String?
    var username: String?
    var firstName: String?
    var lastName: String?
    var locale: String?
    var emails: [Contact] = []
    var phones: [Contact] = []
    var wallets: [Contact] = []
    var primaryEmailID: String?
    var primaryPhoneID: String?
    var primaryWalletID: String?
    var metadata = Metadata()
    var passwordUpdatedAt: UnixTime?
    var hasTOTP = false
    var hasBackupCodes = false
    var isBanned = false
    var isLocked = false
    var deleteSelfEnabled = true
    var createOrganizationEnabled = true
    var createOrganizationsLimit: Int64?
    var bypassClientTrust = false
    var legalAcceptedAt: UnixTime?
    var lastSignInAt: UnixTime?
    var lastActiveAt: UnixTime?
    var createdAt: UnixTime
    var updatedAt: UnixTime

    init(id: String, at now: UnixTime) { (self.id, createdAt, updatedAt) = (id, now, now) }

    /// An e-mail address, a phone number or a wallet.
    struct Contact {
        let id: String
        let value: String
        var isReserved = false
        var verification: Verification?
        let createdAt: UnixTime
    }

    struct Verification {
        var status = "verified"
        /// `admin`: the Backend API declared it so.
        var strategy = "admin"
    }

    struct Metadata {
        var isPublic = JSONValue(.object([]))
        var isPrivate = JSONValue(.object([]))
        var isUnsafe = JSONValue(.object([]))
    }

    var primaryEmail: Contact? { emails.first { $0.id == primaryEmailID } }
    var primaryPhone: Contact? { phones.first { $0.id == primaryPhoneID } }
    var primaryWallet: Contact? { wallets.first { $0.id == primaryWalletID } }
}

// MARK: - As JSON

extension EmulatedUser {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        json.member("object", "user")
        json.member("username", username)
        json.member("first_name", firstName)
        json.member("last_name", lastName)
        json.member("locale", locale)
        json.member("image_url", "https://img.clerk.com/\(id)")
        json.member("has_image", false)
        json.member("primary_email_address_id", primaryEmailID)
        json.member("primary_phone_number_id", primaryPhoneID)
        json.member("primary_web3_wallet_id", primaryWalletID)
        json.member("external_id", externalID)
        json.member("public_metadata", metadata.isPublic)
        json.member("private_metadata", metadata.isPrivate)
        json.member("unsafe_metadata", metadata.isUnsafe)
        writeContacts(to: &json)
        writeSecurity(to: &json)
        writeTimes(to: &json)
        json.endObject()
    }

    private func writeContacts(to json: inout JSONWriter) {
        for (name, kind, contacts) in [
            ("email_addresses", ContactKind.email, emails), ("phone_numbers", .phone, phones), ("web3_wallets", .wallet, wallets),
        ] {
            json.key(name)
            json.beginArray()
            for contact in contacts { contact.write(to: &json, as: kind) }
            json.endArray()
        }
        json.emptyArrays("passkeys", "external_accounts", "saml_accounts", "enterprise_accounts", "organization_memberships")
    }

    private func writeSecurity(to json: inout JSONWriter) {
        json.member("password_enabled", passwordUpdatedAt != nil)
        json.member("password_last_updated_at", passwordUpdatedAt?.milliseconds)
        json.member("two_factor_enabled", hasTOTP)
        json.member("totp_enabled", hasTOTP)
        json.member("backup_code_enabled", hasBackupCodes)
        json.member("mfa_enabled_at", hasTOTP ? updatedAt.milliseconds : nil)
        json.member("mfa_disabled_at", nil as Int64?)
        json.member("banned", isBanned)
        json.member("locked", isLocked)
        json.member("deprovisioned", false)
        json.member("lockout_expires_in_seconds", nil as Int64?)
        json.member("verification_attempts_remaining", 100)
        json.member("delete_self_enabled", deleteSelfEnabled)
        json.member("create_organization_enabled", createOrganizationEnabled)
        json.member("create_organizations_limit", createOrganizationsLimit)
        json.member("bypass_client_trust", bypassClientTrust)
        json.key("scim")
        json.null()
    }

    private func writeTimes(to json: inout JSONWriter) {
        json.member("last_sign_in_at", lastSignInAt?.milliseconds)
        json.member("last_active_at", lastActiveAt?.milliseconds)
        json.member("legal_accepted_at", legalAcceptedAt?.milliseconds)
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", updatedAt.milliseconds)
    }
}

enum ContactKind: String {
    case email = "email_address"
    case phone = "phone_number"
    case wallet = "web3_wallet"
}

extension EmulatedUser.Contact {
    fileprivate func write(to json: inout JSONWriter, as kind: ContactKind) {
        json.beginObject()
        json.member("id", id)
        json.member("object", kind.rawValue)
        json.member(kind.rawValue, value)
        if kind != .wallet {
            json.member("reserved", isReserved)
            json.emptyArrays("linked_to")
        }
        switch kind {
        case .email: json.member("matches_sso_connection", false)
        case .phone:
            json.member("reserved_for_second_factor", false)
            json.member("default_second_factor", false)
        case .wallet: break
        }
        json.key("verification")
        if let verification { verification.write(to: &json) } else { json.null() }
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", createdAt.milliseconds)
        json.endObject()
    }
}

extension EmulatedUser.Verification {
    /// The published API has a kind of object for each family of strategies.
    private var object: String {
        switch strategy {
        case "admin": "verification_admin"
        case "ticket": "verification_ticket"
        case "saml": "verification_saml"
        case "scim": "verification_scim"
        case "email_link": "verification_email_link"
        case _ where strategy.hasPrefix("from_oauth_"): "verification_from_oauth"
        default: "verification_otp"
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", object)
        json.member("status", status)
        json.member("strategy", strategy)
        json.member("attempts", nil as Int64?)
        json.member("expire_at", nil as Int64?)
        json.endObject()
    }
}
