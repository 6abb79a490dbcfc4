internal import Authentication
internal import Directory
internal import JSON
internal import Telemetry

/// `segue ledger list`: the latest entries last, as a log is read.
enum LedgerList {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let limit = arguments.number("limit", "entries at most, the latest; 100 by default", 1...1_000_000) ?? 100
        var filter = LedgerFilter()
        filter.since = arguments.moment("since", "only entries since then")
        let user = arguments.option("user", "ID", "only entries about this internal user id or Clerk user id")
        filter.batch = arguments.option("batch", "ID", "only entries of this run of a command")
        let actions = LedgerAction.allCases.map(\.rawValue).joined(separator: ", ")
        filter.action = arguments.option("action", "ACTION", "only entries of this kind: \(actions)")
        if let action = filter.action, LedgerAction(rawValue: action) == nil {
            arguments.note("--action: found \(action), expected one of \(actions)")
        }
        let file = SettingsFile.word(&arguments)
        arguments.example("segue ledger list --user 42")
        arguments.example("segue ledger list --since 24h --action unlink --json")
        if user?.contains("@") == true { arguments.note("the ledger holds no addresses: segue explain --user finds the id") }
        filter.person = user.map(SoughtPerson.init)
        if let end = arguments.finish() { return end }
        let sought = filter
        switch await LedgerCommand.ask(
            file, { schema throws(DirectorySchema.Failure) in try await schema.ledgerRows(sought, most: limit) })
        {
        case .failure(let failure): return failure.code
        case .success(let rows): return json ? Terminal.say(self.json(rows)) : print(rows)
        }
    }

    private static func json(_ rows: [LedgerRow]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows { row.write(to: &writer) }
        writer.endArray()
        return writer.text
    }

    private static func print(_ rows: [LedgerRow]) -> ExitCode {
        if rows.isEmpty { Terminal.talk("no entry") }
        for row in rows where Terminal.say(row.line) != .ok { return .failed }
        return .ok
    }
}

/// `segue ledger export`: one line for each row, and the head of the chain on the last. docs/ledger.md says how to check them.
enum LedgerExport {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let file = SettingsFile.word(&arguments)
        arguments.example("segue ledger export > ledger.jsonl")
        if let end = arguments.finish() { return end }
        let result = await LedgerCommand.ask(file) { schema throws(DirectorySchema.Failure) -> LedgerHead? in
            var isRead = true
            let head = try await schema.exportLedger { rows in
                for row in rows where isRead {
                    var writer = JSONWriter()
                    row.write(to: &writer)
                    isRead = Terminal.say(writer.text) == .ok
                }
                return isRead
            }
            return isRead ? head : nil
        }
        switch result {
        case .failure(let failure): return failure.code
        case .success(nil): return .failed
        case .success(let head?):
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("head")
            writer.beginObject()
            writer.member("position", head.position)
            writer.member("seal", head.seal)
            writer.endObject()
            writer.endObject()
            return Terminal.say(writer.text)
        }
    }
}

extension LedgerRow {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("at", at)
        writer.member("actor", actor)
        writer.member("action", action)
        writer.member("user_id", user?.text)
        writer.member("clerk_user_id", clerkUser?.text)
        writer.member("rule", rule)
        writer.member("request_id", requestID)
        writer.member("detail", detail)
        writer.member("batch", batch)
        writer.member("position", position)
        writer.member("seal", seal)
        writer.endObject()
    }

    /// For a person: what is empty is left out, and so are the seals.
    var line: String {
        var words = ["\(id)", "\(at.prefix(19))Z", actor, action]
        if let user { words.append(user.text) }
        if let clerkUser { words.append(clerkUser.text) }
        if let rule { words.append("(\(rule))") }
        if let batch { words.append("batch \(batch)") }
        // The digest of a provisioned row is for `segue undo`.
        if let detail, !detail.isEmpty, action != "provision" { words.append("- \(detail)") }
        return words.joined(separator: "  ").onOneLine
    }
}
