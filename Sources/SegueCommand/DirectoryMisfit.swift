internal import Directory
internal import Settings

/// Why a database cannot serve these settings: something in it is missing or of the wrong type, and each problem says what to
/// do about it. A database that is merely away is none: it heals, and `/readyz` tells of it meanwhile.
struct DirectoryMisfit: Error, CustomStringConvertible {
    let problems: [DirectoryProblem]

    var description: String { problems.map(\.description).joined(separator: "; ") }

    /// Asks the database before anybody depends on it. It runs as a task on a loop.
    static func check(_ settings: Settings) async throws(DirectoryMisfit) {
        guard let directory = settings.directory, settings.asksWhoIsCalling else { return }
        let problems: [DirectoryProblem]
        do throws(DirectorySchema.Failure) {
            problems = try await DirectorySchema(directory).problems(with: LegacyQuery.all(of: settings))
        } catch { return }
        guard problems.isEmpty else { throw DirectoryMisfit(problems: problems) }
    }
}
