internal import Directory
internal import Files
internal import JSON
internal import Settings
internal import Setup

/// `segue init`: reads the database and an OpenAPI document, and writes a first `routes.json` in which every route observes.
enum InitCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let request = InitRequest(&arguments)
        arguments.example("segue init --openapi openapi.json --origin http://127.0.0.1:8000 --app https://app.example.com")
        arguments.example("segue init --database sqlite:app.db --output -")
        if let end = arguments.finish() { return end }
        if request.output != "-", !request.force, Files.exists(request.output) {
            return Terminal.fail(
                "\(request.output) is there already; say --force to replace it, or --output for another", .precondition)
        }
        do throws(InitFailure) {
            let proposal = Proposal(try await surroundings(request))
            let loaded = try check(proposal.text, as: request.output)
            try write(proposal.text, to: request)
            for warning in loaded.warnings { Terminal.talk("warning: \(request.output):\(warning)") }
            return report(proposal, request)
        } catch {
            return Terminal.fail(error.reason, error.code)
        }
    }

    // MARK: What is there

    private static func surroundings(_ request: InitRequest) async throws(InitFailure) -> Surroundings {
        var surroundings = Surroundings(environment: request.environment)
        (surroundings.origin, surroundings.apps, surroundings.listen) = (request.origin, request.apps, request.listen)
        if let file = request.openAPI { surroundings.document = try document(file) }
        surroundings.database = try await DatabaseReading(request).read()
        return surroundings
    }

    private static func document(_ file: String) throws(InitFailure) -> OpenAPIDocument {
        let text: [UInt8]
        do { text = try Files.read(file, bytesMax: OpenAPIDocument.bytesMax) } catch { throw InitFailure("\(error)") }
        do throws(OpenAPIDocument.Fault) { return try OpenAPIDocument(parsing: text) } catch {
            switch error {
            case .yaml:
                throw InitFailure(
                    "\(file) is YAML, which is not read here; most servers give the same as JSON (FastAPI at /openapi.json)")
            case .json(let reason, let offset): throw InitFailure("\(file): \(reason), at byte \(offset)")
            case .noPaths: throw InitFailure("\(file) is no OpenAPI document: it has no paths")
            }
        }
    }

    // MARK: What is written

    /// What `segue check` would say, before the file is there.
    private static func check(_ text: String, as file: String) throws(InitFailure) -> LoadedSettings {
        do throws(SettingsFailure) {
            return try SettingsLoader.load(Array(text.utf8), path: file, environment: Environment.all)
        } catch {
            throw InitFailure("what was found makes no settings that pass `segue check`:\n\(error.lines.joined(separator: "\n"))")
        }
    }

    /// Of two that run at once, one finds the other's file.
    private static func write(_ text: String, to request: InitRequest) throws(InitFailure) {
        let bytes = Array(text.utf8)
        do throws(FileError) {
            if request.output == "-" {
                try Files.writeOutput(Terminal.harmless(text))
            } else if request.force, Files.exists(request.output) {
                try Files.replace(request.output, with: bytes)
            } else {
                try Files.create(request.output, bytes)
            }
        } catch {
            throw InitFailure("\(error)")
        }
    }

    /// Standard output is the file's where that was asked for; talk goes beside it.
    private static func report(_ proposal: Proposal, _ request: InitRequest) -> ExitCode {
        guard !request.json else { return Terminal.say(InitReport.json(proposal, file: request.output)) }
        Terminal.talk(InitReport.text(proposal, file: request.output))
        return .ok
    }
}

/// The words of the command line.
struct InitRequest: Sendable {
    let environment = Environment.all
    let database: String?
    let usersTable: String?
    let openAPI: String?
    let origin: String?
    let apps: [String]
    let listen: String?
    let output: String
    let force: Bool
    let json: Bool

    init(_ arguments: inout Arguments) {
        database = arguments.option("database", "URL", "postgresql://… or sqlite:PATH; DATABASE_URL by default")
        usersTable = arguments.option("users", "TABLE", "the users table, where it is not found")
        openAPI = arguments.option("openapi", "FILE", "the API's OpenAPI document, JSON")
        origin = arguments.option("origin", "URL", "where the application listens, as http://HOST:PORT")
        apps = arguments.options("app", "ORIGIN", "a front end, as https://app.example.com; may be repeated")
        listen = arguments.option("listen", "ADDRESS", "where Segue listens; 127.0.0.1:8080 by default")
        output =
            arguments.option("output", "FILE", "what to write, or - for standard output; \(SettingsFile.standard) by default")
            ?? SettingsFile.standard
        force = arguments.flag("force", "replace a file that is there")
        json = arguments.flag("json", "print what was found, and what was not, as JSON")
        if json, output == "-" { arguments.note("--json and --output - both want standard output") }
    }
}

struct InitFailure: Error {
    let reason: String
    let code: ExitCode
    init(_ reason: String, _ code: ExitCode = .failed) { (self.reason, self.code) = (reason, code) }
}
