/// The isolation of everything that runs on a loop. An executor preference alone would let a task hop, through the same
/// loop's queue, at every call of an async function, and an event could slip in between looking at a condition and
/// parking on it. Isolated to an actor whose executor is the loop, a task gives up its thread only where it parks.
@safe actor Core {
    private let executor: UnownedSerialExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor }

    /// The loop owns its core and outlives every task on it.
    init(of loop: Loop) { unsafe executor = loop.asUnownedSerialExecutor() }

    func run(_ work: @Sendable () async -> Void) async { await work() }
}
