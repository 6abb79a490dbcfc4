/// Waits for a descriptor that a C library owns and closes (libpq). One-shot: each wait arms it anew, because such a
/// library need not read until the kernel has no more.
package final class Readiness {
    package enum Direction: Sendable { case read, write, either }

    private let source: Watched
    private let strand: Strand

    /// Watches from the loop of the calling task.
    package init(descriptor: Int32) throws(SystemError) {
        guard let loop = Loop.current else { preconditionFailure("Readiness is for tasks that run on a loop") }
        strand = Strand(on: loop)
        source = try Watched(descriptor: descriptor, strand: strand, loop: loop)
    }

    /// `.ready` when the descriptor can be read or written, has failed, or was hung up: the library finds out which.
    package func wait(for direction: Direction, timeoutMilliseconds: Int) async -> Wake {
        let events =
            switch direction {
            case .read: Events.readable | Events.peerEnded
            case .write: Events.writable
            case .either: Events.readable | Events.writable | Events.peerEnded
            }
        source.fired = false
        guard (try? source.loop.rearm(source, events: events | Events.once)) != nil else { return .ready }
        let deadline = source.loop.deadline(in: timeoutMilliseconds)
        while !source.fired {
            let wake = await strand.park(until: deadline)
            if wake != .ready { return wake }
        }
        return .ready
    }

    /// Ends a wait that another task of the same loop is in, as if something had happened.
    package func interrupt() {
        source.fired = true
        strand.wake()
    }

    /// Stops watching; call it before the library closes the descriptor.
    package func close() {
        source.unwatch()
        strand.retire()
    }

    private final class Watched: EventSource {
        let strand: Strand
        var fired = false

        init(descriptor: Int32, strand: Strand, loop: Loop) throws(SystemError) {
            self.strand = strand
            try super.init(descriptor: descriptor, events: Events.once, loop: loop)
        }

        override func eventsArrived(_ events: UInt32) {
            fired = true
            strand.wake()
        }
    }
}
