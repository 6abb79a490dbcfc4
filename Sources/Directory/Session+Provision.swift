import Authentication
import Identity
import Settings
import Telemetry

extension Session {
    /// A new row for a Clerk user whom nobody knows, in one transaction: no second row for the person, none for the
    /// address in any ASCII case.
    func provision(_ new: NewUser) async throws(DirectoryError) -> LinkOutcome {
        guard let provision = settings.provision else { throw .misfit(.noProvision) }
        return try await connection.transaction { () async throws(DirectoryError) in
            try await lock(new.clerkUser)
            try await lockAddress(new.email)
            if let outcome = try await outcome(of: new, isRehearsal: false) { return outcome }
            let id = try await insert(row(for: new, provision))
            try await record(id, new.clerkUser, rule: "provision", requestID: new.requestID, at: new.time)
            try await append(
                LedgerEntry(
                    .provision, user: id, clerkUser: new.clerkUser, rule: nil, requestID: new.requestID, time: new.time,
                    detail: try await rowDigest(of: id)))
            try await note(new.clerkUser, updated: new.clerkUserUpdated)
            try await announce(user: id, clerkUser: new.clerkUser)
            guard let made = try await user(id) else { return .changed }
            return .linked(made)
        }
    }

    /// What stands against a new row; `nil`: nothing.
    func outcome(of new: NewUser, isRehearsal: Bool) async throws(DirectoryError) -> LinkOutcome? {
        if try await isDeleted(new.clerkUser) { return .deleted }
        // The records before the linked row, as for a link.
        var links = try await links(of: nil, new.clerkUser)
        try await dropStale(&links, of: new.clerkUser, isRehearsal: isRehearsal)
        if let existing = try await user(linkedTo: new.clerkUser) { return .existing(existing) }
        if let email = new.email, try await !users(withEmail: email).isEmpty { return .emailTaken }
        return links.isEmpty ? nil : links.contains(where: \.isTombstoned) ? .changed : .rowTaken
    }

    /// Two people with one address at the same moment: the users table need not have a unique index that knows it.
    /// SQLite's transactions follow each other anyway.
    func lockAddress(_ email: String?) async throws(DirectoryError) {
        guard dialect == .postgres, let email else { return }
        try await connection.rows("SELECT pg_advisory_xact_lock(hashtext('segue.email'), hashtext($1))", [foldedASCII(email)])
    }

    private func insert(_ row: [ProvisionedValue]) async throws(DirectoryError) -> UserID {
        let values = row.enumerated().map { "\(provisionParameter($0.offset + 1, $0.element))" }
        let inserted = try await connection.rows(
            row.isEmpty
                ? "INSERT INTO \(users.name.quoted) DEFAULT VALUES RETURNING \(dialect.text(users.id.quoted))"
                : """
                INSERT INTO \(users.name.quoted) (\(row.map(\.column.quoted).joined(separator: ", ")))
                VALUES (\(values.joined(separator: ", "))) RETURNING \(dialect.text(users.id.quoted))
                """, row.map(\.value))
        guard let id = inserted.first?.first ?? nil else { throw .refused("the new row has no id") }
        return UserID(id)
    }

    /// A name that is longer than its column is cut, as a form would; an id or an address never is.
    func provisionParameter(_ number: Int, _ value: ProvisionedValue) -> String {
        guard value.isDisplay, dialect == .postgres else { return dialect.parameter(number, as: value.column.type) }
        return "$\(number)::\(value.column.type.fullName)"
    }

    private func row(for new: NewUser, _ provision: DirectorySettings.Provision) throws(DirectoryError) -> [ProvisionedValue] {
        try ProvisionedRow(settings, provision, users).values(
            for: new, id: provision.id == .uuid ? randomUUID() : new.clerkUser.text, now: time(new.time), dialect: dialect)
    }

    func provisionProblem() throws(DirectoryError) -> DirectoryProblem? { try ProvisionedRow.problem(settings, users) }
}

/// RFC 9562 §5.4: 122 random bits.
private func randomUUID() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(index) { text += "-" }
        text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
}
