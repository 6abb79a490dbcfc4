import Snapshot

/// A share of the engine with limits of its own, so that one service that answers slowly cannot use up the calls that
/// another needs.
package final class FetchClient: Sendable {
    package let engine: FetchEngine
    private let transfersMax: Int
    private let waitingMax: Int
    private let load = Guarded(Load())

    private struct Load {
        var transfers = 0
        var waiting: [Waiting] = []
        var nextNumber: UInt64 = 0
    }

    private struct Waiting {
        let number: UInt64
        let outbound: Outbound
        let deadline: Int64
        let completion: FetchCompletion
    }

    package init(engine: FetchEngine, transfersMax: Int = Limits.transfers, waitingMax: Int = Limits.waiting) {
        (self.engine, self.transfersMax, self.waitingMax) = (engine, transfersMax, waitingMax)
    }

    /// Callable from any thread; `completion` is called once, on the engine's thread (or at once, on this one, when the
    /// queue is full), and must not block.
    package func start(_ request: FetchRequest, completion: @escaping FetchCompletion) {
        start(.request(request), completion: completion)
    }

    func start(_ outbound: Outbound, completion: @escaping FetchCompletion) {
        let deadline = FetchEngine.now + Int64(outbound.timeoutMilliseconds)
        let place = load.withLock { load -> Place in
            if load.transfers < transfersMax {
                load.transfers += 1
                return .transfer
            }
            guard load.waiting.count < waitingMax else { return .none }
            load.nextNumber += 1
            load.waiting.append(Waiting(number: load.nextNumber, outbound: outbound, deadline: deadline, completion: completion))
            return .queue(load.nextNumber)
        }
        switch place {
        case .transfer: transfer(outbound, deadline: deadline, completion: completion)
        case .queue(let number): engine.schedule(afterMilliseconds: outbound.timeoutMilliseconds) { self.giveUp(number) }
        case .none: completion(.failure(.overloaded(waitingMax: waitingMax)))
        }
    }

    private enum Place { case transfer, queue(UInt64), none }

    private func transfer(_ outbound: Outbound, deadline: Int64, completion: @escaping FetchCompletion) {
        engine.start(outbound, deadline: deadline) { result in
            self.startNext()
            completion(result)
        }
    }

    /// A transfer is over: its place goes to the one that has waited longest.
    private func startNext() {
        let next = load.withLock { load -> Waiting? in
            if load.waiting.isEmpty {
                load.transfers -= 1
                return nil
            }
            return load.waiting.removeFirst()
        }
        if let next { transfer(next.outbound, deadline: next.deadline, completion: next.completion) }
    }

    private func giveUp(_ number: UInt64) {
        let late = load.withLock { load -> Waiting? in
            load.waiting.firstIndex { $0.number == number }.map { load.waiting.remove(at: $0) }
        }
        if let late { late.completion(.failure(.timeout(milliseconds: late.outbound.timeoutMilliseconds))) }
    }
}
