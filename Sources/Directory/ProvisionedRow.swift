import Authentication
import Identity
import Settings

struct ProvisionedValue {
    let column: Column
    let value: String?
    /// Made from a template or a name: for people to read, and cut where the column ends.
    let isDisplay: Bool
}

/// Which columns a provisioned row states, and from what.
struct ProvisionedRow {
    private enum Content { case id, email, clerkUserID, now, firstName, lastName, yes, template(String) }
    private let contents: [(column: Column, content: Content)]

    var columns: [Column] { contents.map(\.column) }

    /// A template names its column's value whatever Segue would have put there.
    init(_ settings: DirectorySettings, _ provision: DirectorySettings.Provision, _ users: UsersTable) throws(DirectoryError) {
        var contents: [(column: Column, content: Content)] = []
        func state(_ name: String?, _ content: Content) throws(DirectoryError) {
            guard let column = try users.catalogue.optional(name) else { return }
            contents.removeAll { $0.column == column }
            contents.append((column, content))
        }
        let names = settings.users
        try state(names.email, .email)
        try state(names.firstName, .firstName)
        try state(names.lastName, .lastName)
        try state(names.createdAt, .now)
        try state(names.updatedAt, .now)
        try state(names.migratedAt, .now)
        try state(names.active, .yes)
        for (name, template) in provision.columns { try state(name, .template(template)) }
        try state(names.clerkUserID, .clerkUserID)
        if provision.id != .default, !users.isKeyedByClerk { try state(names.id, .id) }
        self.contents = contents
    }

    /// NOT NULL columns that provisioning would leave empty.
    static func problem(_ settings: DirectorySettings, _ users: UsersTable) throws(DirectoryError) -> DirectoryProblem? {
        guard settings.linking.unknown == .provision else { return nil }
        guard let provision = settings.provision else { return .noProvision }
        let stated = Set(try ProvisionedRow(settings, provision, users).columns.map(\.name))
        let missing = users.catalogue.columns.filter { $0.isRequired && !stated.contains($0.name) }
        guard !missing.isEmpty else { return nil }
        return .provisionIncomplete(table: users.name.quoted, columns: missing.map(\.name))
    }

    func values(for new: NewUser, id: String, now: String, dialect: Dialect) -> [ProvisionedValue] {
        contents.map { column, content in
            func value(_ text: String?, isDisplay: Bool = false) -> ProvisionedValue {
                ProvisionedValue(column: column, value: text, isDisplay: isDisplay)
            }
            switch content {
            case .id: return value(id)
            case .email: return value(new.email)
            case .clerkUserID: return value(new.clerkUser.text)
            case .now: return value(now)
            case .firstName: return value(column.display(new.firstName), isDisplay: true)
            case .lastName: return value(column.display(new.lastName), isDisplay: true)
            case .yes: return value(column.type.kind == .text ? "active" : dialect == .sqlite ? "1" : "true")
            case .template(let template):
                let text = new.expand(template)
                let isFlag = dialect == .sqlite && column.type.kind == .boolean
                return value(
                    isFlag && text == "true" ? "1" : isFlag && text == "false" ? "0" : column.display(text), isDisplay: true)
            }
        }
    }
}

extension NewUser {
    /// Placeholders are replaced in one pass: what a person calls themselves is never read as a template.
    func expand(_ template: String) -> String {
        let values = [
            "first_name": firstName, "last_name": lastName, "email": email, "clerk_user_id": clerkUser.text,
        ]
        var expanded = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            expanded += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}"), let value = values[String(rest[rest.index(after: open)..<close])] else {
                expanded += "{"
                rest = rest.dropFirst()
                continue
            }
            expanded += value ?? ""
            rest = rest[rest.index(after: close)...]
        }
        // A missing last name leaves no space behind.
        return String((expanded + rest).split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))
    }
}

extension Column {
    /// What is missing is NULL where that may be, else the empty text. U+0000 cannot be in a column of text.
    func display(_ text: String?) -> String? {
        let text = String(String.UnicodeScalarView((text ?? "").unicodeScalars.filter { $0 != "\u{0}" }))
        return text.isEmpty && isNullable ? nil : text
    }
}
