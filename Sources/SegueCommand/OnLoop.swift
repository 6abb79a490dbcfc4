internal import Sockets

/// Runs work that asks the database, which answers tasks on a loop, on a loop of its own.
func onLoop<Answer: Sendable>(_ body: @escaping @Sendable () async -> Answer) async throws -> Answer {
    let loop = try Loop(name: "command")
    loop.start()
    defer { loop.stop() }
    return await withCheckedContinuation { done in
        loop.spawn { done.resume(returning: await body()) }
    }
}
