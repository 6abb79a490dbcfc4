internal import Directory
internal import JSON
internal import Migration
internal import Settings
internal import Telemetry

/// `segue reconcile`: where the directory and Clerk have drifted apart. It reports, and changes nothing.
enum ReconcileCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue reconcile --json")
        if let end = arguments.finish() { return end }
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return .precondition
        }
        guard let directory = settings.directory else { return Terminal.fail("\(file) names no directory", .precondition) }
        guard let clerk = settings.clerk, clerk.secretKey != nil else {
            return Terminal.fail("the settings have no clerk.secretKey to ask Clerk with", .precondition)
        }
        do {
            let result = try await ClerkTurns.with(clerk, directory) { _, calls in
                guard let calls else { throw ClerkCallFailure(words: ClerkLookUps.keyIsMissing) }
                var comparison = Comparison(DirectorySchema(directory), calls)
                return try await comparison.run()
            }
            switch result {
            case .failure(.problem(let problem)): return Terminal.fail("\(problem)", .precondition)
            case .failure(let failure): return Terminal.fail("the directory cannot be asked: \(failure)", .remote)
            case .success(let comparison): return comparison.report(json: json)
            }
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }
}

/// One pass over all links, a page at a time.
private struct Comparison: Sendable {
    private let schema: DirectorySchema
    private let clerk: ClerkCalls
    private var drifts: [Drift] = []
    private var compared = 0
    /// Whether Clerk has anybody at all whom the directory or the ledger names.
    private var isAnybodyThere = false

    init(_ schema: DirectorySchema, _ clerk: ClerkCalls) { (self.schema, self.clerk) = (schema, clerk) }

    mutating func run() async throws(ClerkCallFailure) -> Result<Comparison, DirectorySchema.Failure> {
        var clerkFailure: ClerkCallFailure?
        var (found, count, isAnybodyThere) = ([Drift](), 0, false)
        var created: [CreatedUser]
        do throws(DirectorySchema.Failure) {
            created = try await schema.createdUnrecorded()
            found += Reconciliation.drifts(try await schema.sharedClerkUsers())
            try await schema.linkedPairs { pairs in
                do throws(ClerkCallFailure) {
                    let there = try await clerk.users(of: pairs.map(\.clerkUser))
                    if !there.isEmpty { isAnybodyThere = true }
                    found += Reconciliation.drifts(pairs, there)
                } catch {
                    clerkFailure = error
                }
                // Where the column says so, the record is missing only.
                let linked = Set(pairs.map(\.clerkUser))
                created.removeAll { linked.contains($0.clerkUser) }
                count += pairs.count
                return clerkFailure == nil
            }
            // Who is being migrated is linked a moment later than created.
            let still = Set(try await schema.createdUnrecorded())
            created.removeAll { !still.contains($0) }
        } catch {
            return .failure(error)
        }
        if let clerkFailure { throw clerkFailure }
        found += Reconciliation.drifts(created, try await clerk.users(of: created.map(\.clerkUser)))
        (drifts, compared, self.isAnybodyThere) = (found, count, isAnybodyThere)
        return .success(self)
    }

    func report(json: Bool) -> ExitCode {
        // More likely the wrong key than that everybody is gone; what would be printed for each would unlink them.
        if compared > 1, !isAnybodyThere {
            return Terminal.fail(
                "Clerk has none of the \(compared) linked users: clerk.secretKey may be another instance's; segue doctor says so",
                .precondition)
        }
        let said = json ? Terminal.say(text) : sayLines()
        return said == .ok && !drifts.isEmpty ? .failed : said
    }

    private func sayLines() -> ExitCode {
        for drift in drifts where Terminal.say(drift.line) != .ok { return .failed }
        Terminal.talk(
            "\(counted(compared, "link")) compared with Clerk; \(drifts.isEmpty ? "all" : "\(drifts.count) to be settled, the others") in order"
        )
        return .ok
    }

    private var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("compared", Int64(compared))
        writer.key("drifts")
        writer.beginArray()
        for drift in drifts { drift.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
