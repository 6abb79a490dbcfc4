/// The isolation of everything that runs on a loop: isolated to an actor whose executor is the loop, a task gives up its
/// thread only where it parks, and no event slips in between looking at a condition and parking on it.
@safe actor Core {
    private let executor: UnownedSerialExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor }

    /// The loop owns its core and outlives every task on it.
    init(of loop: Loop) { unsafe executor = loop.asUnownedSerialExecutor() }

    func run(_ work: @Sendable () async -> Void) async { await work() }
}
