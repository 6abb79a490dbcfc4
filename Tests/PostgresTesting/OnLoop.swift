import Sockets

/// Runs `body` as a task on a loop with a thread of its own, which ends with it.
package func onLoop<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let loop = try Loop(name: "test")
    loop.start()
    defer { loop.stop() }
    return try await withCheckedThrowingContinuation { continuation in
        loop.spawn {
            do { continuation.resume(returning: try await body()) } catch { continuation.resume(throwing: error) }
        }
    }
}
