import Sockets

/// Runs `body` as a task on a loop with a thread of its own, which ends with it.
package func onLoop<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let loop = try Loop(name: "test")
    loop.start()
    defer { loop.stop() }
    return try await run(on: loop, body)
}

/// Runs `body` so many times at once on one loop, and returns what came of each.
package func race<Outcome: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Outcome
) async throws -> [Outcome] {
    let loop = try Loop(name: "race")
    loop.start()
    defer { loop.stop() }
    return try await withThrowingTaskGroup(of: Outcome.self) { group in
        for index in 0..<count { group.addTask { try await run(on: loop) { try await body(index) } } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}

private func run<Result: Sendable>(
    on loop: Loop, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        loop.spawn {
            do { continuation.resume(returning: try await body()) } catch { continuation.resume(throwing: error) }
        }
    }
}
