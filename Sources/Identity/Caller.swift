package import Authentication
package import Settings

/// A verified caller: one row of the users table and how its owner proved to be it. Made once per row and method, kept
/// in the worker's cache, and complete: forwarding a request needs nothing else about a person.
package final class Caller: Sendable {
    package let user: UserID
    package let clerkUser: ClerkUserID?
    package let email: String?
    package let method: Method
    /// The identity field lines for the origin, each with its CRLF, as the settings name them.
    package let fieldLines: [UInt8]

    /// Which kind of credential spoke.
    package enum Method: Sendable, Hashable {
        case clerk
        /// The name of the `legacy` entry.
        case legacy(String)

        /// `clerk` or `legacy:<name>`: the value of the method field.
        package var text: String {
            switch self {
            case .clerk: "clerk"
            case .legacy(let name): "legacy:" + name
            }
        }
    }

    /// Whether this person is linked to a Clerk user, whichever credential came with this request.
    package var isMigrated: Bool { clerkUser != nil }

    /// `nil` when a value cannot stand in a field line (RFC 9110 §5.5): such a row must not reach an origin as another.
    package init?(_ row: DirectoryUser, method: Method, fields: IdentityFields) {
        (user, clerkUser, email, self.method) = (row.id, row.clerkUser, row.email, method)
        var lines: [UInt8] = []
        guard !row.id.text.isEmpty, Self.append(fields.userID, row.id.text, to: &lines) else { return nil }
        if let name = fields.clerkUserID, let clerkUser = row.clerkUser {
            guard Self.append(name, clerkUser.text, to: &lines) else { return nil }
        }
        if let name = fields.email, let email = row.email {
            guard Self.append(name, email, to: &lines) else { return nil }
        }
        if let name = fields.method, !Self.append(name, method.text, to: &lines) { return nil }
        if let name = fields.migrated, !Self.append(name, row.clerkUser == nil ? "false" : "true", to: &lines) { return nil }
        fieldLines = lines
    }

    private static func append(_ name: String, _ value: String, to lines: inout [UInt8]) -> Bool {
        // White space at an end would be trimmed by the next parser, and the id would become another.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), value.utf8.first != 0x20, value.utf8.last != 0x20 else {
            return false
        }
        lines.append(contentsOf: name.utf8)
        lines.append(contentsOf: ": ".utf8)
        lines.append(contentsOf: value.utf8)
        lines.append(contentsOf: "\r\n".utf8)
        return true
    }
}
