package import Telemetry

/// `directory` in `routes.json`: the users table, where links are kept, and when one may be made.
package struct DirectorySettings: Sendable, Equatable {
    package enum Location: Sendable, Equatable {
        /// A libpq connection string.
        case postgres(Secret)
        case sqlite(path: String)
    }

    package var location: Location
    /// A connection string past any pooler, for LISTEN; `nil`: the same as `location`.
    package var directURL: Secret?
    /// `false` behind a pooler in transaction mode.
    package var prepared = true
    package var connections = 4
    package var users: Users
    package var mapping: Mapping?
    package var linking: Linking
    package var provision: Provision?
    /// Columns of the row that follow later changes of the Clerk user.
    package var sync: [Synced] = []

    package init(location: Location, users: Users, linking: Linking) {
        (self.location, self.users, self.linking) = (location, users, linking)
    }

    /// The application's table of users. Names may be schema-qualified; every one is quoted in SQL.
    package struct Users: Sendable, Equatable {
        package var table: String = "users"
        package var id: String = "id"
        package var email: String?
        /// `nil` where a mapping table holds the links; equal to `id` where the id *is* the Clerk user id.
        package var clerkUserID: String?
        package var migratedAt: String?
        package var passwordHash: String?
        package var emailVerified: String?
        package var active: String?
        package var role: String?
        package var firstName: String?
        package var lastName: String?
        package var createdAt: String?
        package var updatedAt: String?

        // Read by `segue migrate` only.
        /// First and last name in one column.
        package var name: String?
        package var username: String?
        package var phone: String?
        package var totpSecret: String?
        package var backupCodes: String?
        package init() {}
    }

    /// A table of links beside (or instead of) the column in the users table, written in the same transaction.
    package struct Mapping: Sendable, Equatable {
        package var table: String
        package var userID: String
        package var clerkUserID: String
        package var createdAt: String?
        package init(table: String, userID: String, clerkUserID: String) {
            (self.table, self.userID, self.clerkUserID) = (table, userID, clerkUserID)
        }
    }

    package struct Linking: Sendable, Equatable {
        package enum LegacyEmail: String, Sendable, CaseIterable { case verifiedColumn = "verified-column", trusted, untrusted }
        package enum Unknown: String, Sendable, CaseIterable { case refuse, provision }
        package enum ProvisionOn: String, Sendable, CaseIterable { case request, webhook }
        package enum AfterLink: String, Sendable, CaseIterable { case allow, refuse }
        package enum AfterDelete: String, Sendable, CaseIterable { case deactivate, unlink, remove }
        package enum Conflict: String, Sendable, CaseIterable { case clerk, refuse }

        package var legacyEmail: LegacyEmail
        package var unknown = Unknown.refuse
        package var provisionOn = ProvisionOn.request
        package var privilegedRoles: [String] = []
        package var afterLink = AfterLink.allow
        /// What becomes of the row of a user whom Clerk has deleted.
        package var afterDelete = AfterDelete.deactivate
        /// `nil`: `clerk` where the legacy credential came from a cookie, else `refuse`.
        package var conflict: Conflict?
        /// The path of the confirmation page.
        package var confirmation: String?
        package init(legacyEmail: LegacyEmail) { self.legacyEmail = legacyEmail }
    }

    /// The column that `users` names.
    package func column(of synced: Synced) -> String? {
        switch synced {
        case .email: users.email
        case .firstName: users.firstName
        case .lastName: users.lastName
        case .name: users.name
        }
    }

    /// Each is the key in `users` that names the column.
    package enum Synced: String, Sendable, CaseIterable { case email, firstName, lastName, name }

    /// How a row for an unknown Clerk user is made.
    package struct Provision: Sendable, Equatable {
        /// `uuid`: a random one; `clerk`: the Clerk user id; `default`: the column's own default.
        package enum IDRule: String, Sendable, CaseIterable { case uuid, clerk, `default` }
        package var id: IDRule
        /// Column → template with `{first_name}`, `{last_name}`, `{email}`, `{clerk_user_id}`.
        package var columns: [(name: String, template: String)]
        package init(id: IDRule, columns: [(name: String, template: String)]) { (self.id, self.columns) = (id, columns) }

        package static func == (a: Provision, b: Provision) -> Bool {
            a.id == b.id && a.columns.elementsEqual(b.columns) { $0.name == $1.name && $0.template == $1.template }
        }
    }
}
