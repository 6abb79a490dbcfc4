internal import Snapshot
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

/// The same for who must stay on the calling thread, which is the loop's while the work lasts.
func onLoopHere<Answer: Sendable>(_ body: @escaping @Sendable () async -> Answer) throws -> Answer {
    let loop = try Loop(name: "command")
    let answer = Guarded<Answer?>(nil)
    loop.spawn {
        let value = await body()
        answer.withLock { $0 = value }
        loop.stop()
    }
    loop.run()
    guard let value = answer.withLock({ $0 }) else { preconditionFailure("the loop ended before its work") }
    return value
}
