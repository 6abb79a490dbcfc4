internal import Directory
internal import JSON
internal import Telemetry

/// `segue ledger`: the record of what was done to links.
enum LedgerCommand {
    private static let commands: [Command] = [
        Command("verify", "Walk the chain of seals, and name the first row that does not fit", verify)
    ]

    static func run(_ arguments: inout Arguments) async -> ExitCode { await arguments.dispatch(commands) }

    private static func verify(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print the verdict as JSON")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue ledger verify")
        if let end = arguments.finish() { return end }
        guard let schema = SchemaCommand.schema(file) else { return .failed }
        do {
            let verdict = try await onLoop {
                await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in try await schema.verifyLedger() }
            }.get()
            return report(verdict, json: json)
        } catch DirectorySchema.Failure.problem(let problem) {
            return Terminal.fail("\(problem)", .precondition)
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }

    private static func report(_ verdict: LedgerVerdict, json: Bool) -> ExitCode {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("ok")
        let text: String
        var code = ExitCode.failed
        switch verdict {
        case .intact(let sealed, let pending):
            (text, code) = (
                "intact: \(counted(sealed, "row")) sealed, \(pending) waiting for \(pending == 1 ? "its" : "their") seal", .ok
            )
            writer.bool(true)
            writer.key("sealed")
            writer.int(sealed)
            writer.key("pending")
            writer.int(pending)
        case .altered(let id, let position):
            text = "altered: row \(id), number \(position) of the chain, is not what was sealed"
            writer.bool(false)
            writer.key("altered")
            writer.string(id)
            writer.key("position")
            writer.int(position)
        case .missing(let position):
            text = "missing: number \(position) of the chain was taken out"
            writer.bool(false)
            writer.key("missing")
            writer.int(position)
        }
        writer.endObject()
        let said = Terminal.say(json ? writer.text : text.onOneLine)
        return said == .ok ? code : said
    }
}
