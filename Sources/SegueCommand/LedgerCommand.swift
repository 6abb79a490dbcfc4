internal import Directory
internal import JSON
internal import Telemetry

/// `segue ledger`: the record of what was done to links and routes.
enum LedgerCommand {
    private static let commands: [Command] = [
        Command("list", "Show the latest entries, or those of a person, a batch or an action", LedgerList.run),
        Command("verify", "Walk the chain of seals, and name the first row that does not fit", verify),
        Command("export", "Print every entry with its seal as lines of JSON, for an auditor", LedgerExport.run),
    ]

    static func run(_ arguments: inout Arguments) async -> ExitCode { await arguments.dispatch(commands) }

    private static func verify(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print the verdict as JSON")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue ledger verify")
        if let end = arguments.finish() { return end }
        switch await ask(file, { schema throws(DirectorySchema.Failure) in try await schema.verifyLedger() }) {
        case .failure(let failure): return failure.code
        case .success(let verdict): return report(verdict, json: json)
        }
    }

    /// Asks the directory that the settings name; where there is no answer, says why.
    static func ask<Answer: Sendable>(
        _ file: String, _ body: @escaping @Sendable (DirectorySchema) async throws(DirectorySchema.Failure) -> Answer
    ) async -> Result<Answer, DirectoryVisit.Failure> {
        guard let schema = SchemaCommand.schema(file) else { return .failure(.init(code: .failed)) }
        return await ask(schema, body)
    }

    static func ask<Answer: Sendable>(
        _ schema: DirectorySchema, _ body: @escaping @Sendable (DirectorySchema) async throws(DirectorySchema.Failure) -> Answer
    ) async -> Result<Answer, DirectoryVisit.Failure> {
        do {
            let result = try await onLoop {
                await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in try await body(schema) }
            }
            return .success(try result.get())
        } catch DirectorySchema.Failure.problem(let problem) {
            return .failure(.init(code: Terminal.fail("\(problem)", .precondition)))
        } catch {
            return .failure(.init(code: Terminal.fail("the directory cannot be asked: \(error)", .remote)))
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
        case .unsealed(let id, let at):
            text =
                "unsealed: row \(id) has waited for its seal since \(at.prefix(19))Z: no gateway runs that seals, or it cannot write segue.ledger"
            writer.bool(false)
            writer.key("unsealed")
            writer.string(id)
            writer.key("since")
            writer.string(at)
        }
        writer.endObject()
        let said = Terminal.say(json ? writer.text : text.onOneLine)
        return said == .ok ? code : said
    }
}
