internal import Directory
internal import JSON
internal import Settings
internal import Telemetry

/// `segue schema`: Segue's own tables, and the indexes that it needs on the application's.
enum SchemaCommand {
    private static let commands: [Command] = [
        Command("plan", "Print the SQL that apply would run, for a migration tool to carry", plan),
        Command("apply", "Make what is missing; indexes are built without locking the table", apply),
        Command("revert", "Take back what apply made, and forget all links and the ledger", revert),
    ]

    static func run(_ arguments: inout Arguments) async -> ExitCode { await arguments.dispatch(commands) }

    private static func plan(_ arguments: inout Arguments) async -> ExitCode {
        let adds = addsColumns(&arguments)
        let file = SettingsFile.word(&arguments)
        arguments.example("segue schema plan > segue.sql")
        arguments.example("segue schema plan --add")
        if let end = arguments.finish() { return end }
        return await edit(file) { schema throws(DirectorySchema.Failure) in try await schema.plan(adds: adds) }
    }

    private static func apply(_ arguments: inout Arguments) async -> ExitCode {
        _ = arguments.flag("yes", "accepted for scripts; apply only adds, and never asks")
        let adds = addsColumns(&arguments)
        let file = SettingsFile.word(&arguments)
        arguments.example("segue schema apply")
        arguments.example("segue schema apply --add")
        if let end = arguments.finish() { return end }
        return await edit(file) { schema throws(DirectorySchema.Failure) in try await schema.apply(adds: adds) }
    }

    private static func addsColumns(_ arguments: inout Arguments) -> Bool {
        arguments.flag("add", "also the columns of the users table that the settings name and the table lacks")
    }

    private static func revert(_ arguments: inout Arguments) async -> ExitCode {
        let yes = arguments.flag("yes", "forget the links, the ledger and what added columns hold")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue schema revert --yes")
        if let end = arguments.finish() { return end }
        guard let schema = schema(file) else { return .failed }
        do {
            let remembered = try await onLoop {
                await outcome { () throws(DirectorySchema.Failure) in try await schema.remembered() }
            }.get()
            guard remembered == 0 || yes else {
                return Terminal.fail(
                    "\(counted(remembered, "link, ledger row or value", "links, ledger rows and values")) of added columns would be forgotten; say --yes if that is meant",
                    .precondition)
            }
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
        return await edit(file) { schema throws(DirectorySchema.Failure) in try await schema.revert() }
    }

    /// Prints the statements, each ready to be pasted.
    private static func edit(
        _ file: String, _ body: @escaping @Sendable (DirectorySchema) async throws(DirectorySchema.Failure) -> [String]
    ) async -> ExitCode {
        guard let schema = schema(file) else { return .failed }
        do {
            let statements = try await onLoop { await outcome { () throws(DirectorySchema.Failure) in try await body(schema) } }
                .get()
            if statements.isEmpty { Terminal.talk("nothing to do") }
            for statement in statements { Terminal.say(statement + ";") }
            return .ok
        } catch DirectorySchema.Failure.problem(let problem) {
            return Terminal.fail("\(problem)", .precondition)
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }

    static func outcome<Answer: Sendable>(
        _ body: () async throws(DirectorySchema.Failure) -> Answer
    ) async -> Result<Answer, DirectorySchema.Failure> {
        do throws(DirectorySchema.Failure) { return .success(try await body()) } catch { return .failure(error) }
    }

    /// Says why there is none.
    static func schema(_ file: String) -> DirectorySchema? {
        do throws(SettingsFailure) {
            if let directory = try SettingsFile.load(file).settings.directory { return DirectorySchema(directory) }
            Terminal.talk("segue: \(file) names no directory")
        } catch {
            SettingsFile.report(error)
        }
        return nil
    }
}
