internal import Authentication
internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Identity
internal import JSON
internal import Migration
internal import Settings
internal import Sockets
internal import Telemetry

/// `segue explain --user`: what Segue knows of one person, and which rule could link them.
enum ExplainUser {
    static func run(_ word: String, _ settings: Settings, json: Bool) async throws -> ExitCode {
        guard let directory = settings.directory else { return Terminal.fail("the settings name no directory", .precondition) }
        let sought = SoughtPerson(word)
        let schema = DirectorySchema(directory)
        let record: PersonRecord
        do {
            record = try await onLoop {
                await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in try await schema.person(sought) }
            }.get()
        } catch DirectorySchema.Failure.problem(let problem) {
            return Terminal.fail("\(problem)", .precondition)
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
        let (prospects, isOpen) = try await ExplainCommand.withClient { client in
            try await onLoop { () async -> ([LinkProspect], Bool) in
                let preview = await DirectoryPreview(directory, settings.legacy)
                defer { preview.close() }
                let rows = (try? await preview.overrides()) ?? []
                let effective = EffectiveSettings(settings, rows, at: UnixTime(milliseconds: Clock.wallMilliseconds()))
                return (
                    await LinkProspects.find(sought, record, settings, directory, preview, client), effective.settings.isLinkingOpen
                )
            }
        }
        let isKnown = !(record.rows.isEmpty && record.links.isEmpty && record.reviews.isEmpty && record.ledger.isEmpty)
        let said = Terminal.say(json ? self.json(record, prospects, isOpen) : text(record, prospects, isOpen))
        return said == .ok && !isKnown && prospects.isEmpty ? .failed : said
    }

    private static func text(_ record: PersonRecord, _ prospects: [LinkProspect], _ isOpen: Bool) -> String {
        var lines: [String] = []
        if record.rows.isEmpty { lines.append("row      none in the users table") }
        for row in record.rows { lines.append("row      \(words(row))") }
        let tables = [("link", record.links), ("mapping", record.mappings), ("review", record.reviews), ("ledger", record.ledger)]
        for (name, rows) in tables {
            let label = name + String(repeating: " ", count: 9 - name.count)
            if rows.isEmpty, name != "mapping" { lines.append("\(label)none") }
            for row in rows { lines.append(label + row.values.map { "\($0.name) \($0.text)" }.joined(separator: ", ")) }
        }
        if !isOpen, !prospects.isEmpty {
            lines.append("linking  closed: no route is in dual or clerk; what the rules would say when one is:")
        }
        for prospect in prospects { lines.append("rule     \(prospect.premise): \(prospect.verdict)") }
        return lines.map(\.onOneLine).joined(separator: "\n")
    }

    private static func words(_ row: DirectoryUser) -> String {
        var parts = [row.id.text]
        if let email = row.email { parts.append(email) }
        if let verified = row.isEmailVerified { parts.append(verified ? "address verified" : "address not verified") }
        if let role = row.role { parts.append("role \(role)") }
        parts.append(row.isActive ? "active" : "not active")
        parts.append(row.clerkUser.map { "linked to \($0.text)" } ?? "not linked")
        return parts.joined(separator: ", ")
    }

    private static func json(_ record: PersonRecord, _ prospects: [LinkProspect], _ isOpen: Bool) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("rows")
        writer.beginArray()
        for row in record.rows {
            writer.beginObject()
            writer.member("id", row.id.text)
            writer.member("email", row.email)
            writer.key("emailVerified")
            if let verified = row.isEmailVerified { writer.bool(verified) } else { writer.null() }
            writer.member("role", row.role)
            writer.member("active", row.isActive)
            writer.member("clerkUserId", row.clerkUser?.text)
            writer.endObject()
        }
        writer.endArray()
        let tables = [
            ("links", record.links), ("mappings", record.mappings), ("reviews", record.reviews), ("ledger", record.ledger),
        ]
        for (name, rows) in tables {
            writer.key(name)
            writer.beginArray()
            for row in rows {
                writer.beginObject()
                for value in row.values { writer.member(value.name, value.text) }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.key("linkingOpen")
        writer.bool(isOpen)
        writer.key("rules")
        writer.beginArray()
        for prospect in prospects {
            writer.beginObject()
            writer.member("premise", prospect.premise)
            writer.member("code", prospect.code)
            writer.member("verdict", prospect.verdict)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
