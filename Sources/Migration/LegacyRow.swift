package import Identity
package import Telemetry

/// A row of the users table with all that a Clerk user can be made of. Adapters read it, `MigrationRules` judge it. An
/// empty text counts as none.
package struct LegacyRow: Sendable {
    package var user: DirectoryUser
    package var username: String?
    package var phone: String?
    /// Both names in one column; `firstName` and `lastName` go before it.
    package var name: String?
    package var firstName: String?
    package var lastName: String?
    package var passwordHash: Secret?
    package var totpSecret: Secret?
    package var backupCodes: Secret?
    package var createdAt: LegacyTime?
    /// The `fingerprint` of the digest that Clerk was told last; `nil`: it was told none by us.
    package var toldDigest: String?
    package var publicMetadata: [Metadatum] = []
    package var privateMetadata: [Metadatum] = []

    package init(user: DirectoryUser) { self.user = user }
}

/// A time as a column had it.
package enum LegacyTime: Sendable, Hashable {
    case at(UnixTime)
    /// `infinity`, a word, a year beyond all calendars.
    case unreadable

    /// - Parameter number: seconds since 1970, or milliseconds: no user signed up before 1973 or after the year 5138.
    package init(number: String) {
        guard let value = Double(number), value.isFinite, value.magnitude < 1e14 else {
            self = .unreadable
            return
        }
        self = .at(UnixTime(milliseconds: Int64((value.magnitude > 1e11 ? value : value * 1000).rounded(.down))))
    }
}

/// One member of a user's metadata.
package struct Metadatum: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case text(String)
        /// Digits as JSON has them.
        case number(String)
        case bool(Bool)
    }

    package let name: String
    package let value: Value
    package init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }

    /// About what it takes as JSON: the quotes, the colon and the comma included.
    var bytes: Int {
        switch value {
        case .text(let text): name.utf8.count + text.utf8.count + 6
        case .number(let digits): name.utf8.count + digits.utf8.count + 4
        case .bool: name.utf8.count + 9
        }
    }
}

/// What more than one row has, and Clerk gives to one user only: addresses and names folded as A–Z to a–z.
package struct SharedIdentifiers: Sendable {
    package var emails: Set<String> = []
    package var usernames: Set<String> = []
    package var phones: Set<String> = []
    package init() {}

    /// Whether more than one row has this address, in any ASCII case.
    package func holds(email: String) -> Bool { emails.contains(EmailAddress.folded(email)) }
}
