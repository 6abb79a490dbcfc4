import Sockets
import Telemetry

// How the steps of the end wait for the table without keeping everybody else waiting.
extension FinalizeWork {
    func locked(_ statement: String) async throws(DirectoryError) {
        try await locked { () async throws(DirectoryError) in try await run(statement) }
    }

    /// Everybody who wants the table waits behind whoever waits for it with a stronger lock: so it gives way after a second and
    /// comes again later.
    func locked<Result>(
        within milliseconds: Int64? = nil, _ body: () async throws(DirectoryError) -> Result
    ) async throws(DirectoryError) -> Result {
        let patience = Deadline(milliseconds: Clock.monotonicMilliseconds() + (milliseconds ?? patienceMilliseconds))
        var pause = 250
        while true {
            do throws(DirectoryError) {
                return try await connection.transaction { () async throws(DirectoryError) in
                    try await connection.rows("SET LOCAL lock_timeout = \(Limits.finalizeLockMilliseconds)")
                    // Who is stopped here, or whose machine is gone, holds nobody up for longer.
                    try await connection.rows(
                        "SET LOCAL idle_in_transaction_session_timeout = \(Limits.finalizeSilenceMilliseconds)")
                    return try await body()
                }
            } catch {
                guard error == .lockedOut, Deadline(milliseconds: Clock.monotonicMilliseconds() + Int64(pause)) < patience else {
                    throw error
                }
            }
            await sleep(milliseconds: pause)
            pause = min(pause * 2, Limits.finalizePauseMilliseconds)
        }
    }

    /// A proof of a large table takes as long as it takes.
    func run(_ statement: String) async throws(DirectoryError) {
        _ = try await connection.rows(statement, [], timeoutMilliseconds: Limits.schemaMilliseconds)
    }

    func holders() async throws(DirectoryError) -> [LockHolder] {
        try await connection.rows(
            """
            SELECT DISTINCT a.pid::text, COALESCE(a.application_name, ''), COALESCE(a.state, ''),
              COALESCE(floor(extract(epoch FROM now() - a.xact_start))::text, '0')
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.relation = to_regclass($1) AND l.granted AND a.pid <> pg_backend_pid() ORDER BY 1 LIMIT 5
            """, [users.name.quoted]
        ).map { LockHolder(process: $0[0] ?? "", application: $0[1] ?? "", state: $0[2] ?? "", seconds: $0[3] ?? "") }
    }
}
