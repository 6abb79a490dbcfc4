internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Migration
internal import Settings

/// Clerk, for a command beside which others may call it with the same secret key, on this machine or another: each in its turn.
enum ClerkTurns {
    /// Runs `body` on a loop. Without a secret key there are no calls.
    /// - Parameter rate: calls in ten seconds; `nil`: what a migration takes, too.
    static func with<Answer: Sendable>(
        _ settings: ClerkSettings?, _ directory: DirectorySettings, rate: Int? = nil,
        _ body: @escaping @Sendable (DirectoryThread, ClerkCalls?) async throws -> Answer
    ) async throws -> Answer {
        try await ExplainCommand.withClient { client in
            let directory = try DirectoryThread(directory)
            directory.start()
            defer { directory.stop() }
            let calls = calls(settings, directory, client, rate)
            return try await onLoop { () async -> Result<Answer, any Error> in
                do { return .success(try await body(directory, calls)) } catch { return .failure(error) }
            }.get()
        }
    }

    private static func calls(
        _ settings: ClerkSettings?, _ directory: DirectoryThread, _ client: FetchClient, _ rate: Int?
    ) -> ClerkCalls? {
        guard let settings, let secretKey = settings.secretKey, let key = MigrationEstimate.Key(settings) else { return nil }
        return ClerkCalls(
            ClerkUserAdminAPI(settings, secretKey: secretKey, client: client),
            DirectoryPace(directory, calls: rate ?? key.callsOfOurs))
    }
}
