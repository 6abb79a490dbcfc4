import Synchronization

/// The latest of a line of immutable values, and how many there were. A writer publishes; a worker asks for the
/// version once per wake-up, a plain load, and takes the lock only when it has moved. The old value is freed when the
/// last worker that uses it has moved on.
package final class Published<Value: Sendable>: Sendable {
    private let latest: Guarded<Value>
    private let current = Atomic<UInt64>(1)

    package init(_ value: Value) { latest = Guarded(value) }

    /// Starts at 1 and grows by one with each publication.
    package var version: UInt64 { current.load(ordering: .acquiring) }

    package func publish(_ value: Value) {
        latest.withLock { held in
            held = value
            current.add(1, ordering: .releasing)
        }
    }

    /// The latest value with its version, read together.
    package func read() -> (version: UInt64, value: Value) {
        latest.withLock { held in (current.load(ordering: .relaxed), held) }
    }
}

/// One worker's hold on a published value: `value` is a plain load, `refresh` is for once per wake-up.
package struct Snapshot<Value: Sendable> {
    private let source: Published<Value>
    package private(set) var version: UInt64
    package private(set) var value: Value

    package init(_ source: Published<Value>) {
        self.source = source
        (version, value) = source.read()
    }

    /// Adopts the latest value; `true` when it is another than before.
    package mutating func refresh() -> Bool {
        guard source.version != version else { return false }
        (version, value) = source.read()
        return true
    }
}
