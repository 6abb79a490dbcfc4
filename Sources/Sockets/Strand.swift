/// Why a parked task goes on.
package enum Wake: Sendable {
    /// Something that the strand waits for may have happened; whoever parked looks again.
    case ready
    case timeout
    /// The loop is draining, and this strand said that it is idle.
    case draining
}

/// What one conversation parks on. Its sockets, its deadline and a drain wake it, sometimes for nothing: every wait is
/// a loop over a condition that the waker has already changed.
@safe package final class Strand {
    private var parked: UnsafeContinuation<Wake, Never>?
    /// What is called instead of a task that waits: of a strand that rests.
    private var resting: ((Wake) -> Void)?
    private let loop: Loop
    /// Woken while nobody was parked. Swift 6.3 takes a task through the loop's queue once after a call that threw, and
    /// throughout a closure with a capture list; an event that comes between its look at a condition and its parking
    /// would otherwise be lost.
    private var isWoken = false
    /// Where the loop keeps this strand's deadline.
    var slot: Int
    /// Between two requests: a drain may end the conversation here, and only here.
    package var isIdle = false

    package init(on loop: Loop) {
        self.loop = loop
        slot = -1
        loop.admit(self)
    }

    package var isParked: Bool { unsafe parked != nil }

    /// Suspends the calling task until something wakes the strand. `deadline` is in the loop's milliseconds.
    package func park(until deadline: Deadline) async -> Wake {
        loop.setDeadline(of: self, deadline)
        return unsafe await withUnsafeContinuation { continuation in
            guard isWoken else { return unsafe parked = continuation }
            isWoken = false
            loop.clearDeadline(of: self)
            unsafe continuation.resume(returning: .ready)
        }
    }

    /// Waits without a task, whose memory is many times a strand's: `woken` is called once, on the loop, when something wakes
    /// the strand.
    package func rest(until deadline: Deadline, _ woken: @escaping (Wake) -> Void) {
        if isWoken {
            isWoken = false
            return woken(.ready)
        }
        loop.setDeadline(of: self, deadline)
        resting = woken
    }

    package func wake(_ reason: Wake = .ready) {
        if let woken = resting {
            resting = nil
            loop.clearDeadline(of: self)
            return woken(reason)
        }
        guard let continuation = unsafe parked else {
            // A deadline that has passed is found again by the next sweep.
            if reason == .ready { isWoken = true }
            return
        }
        unsafe parked = nil
        loop.clearDeadline(of: self)
        unsafe continuation.resume(returning: reason)
    }

    /// The loop holds every strand until it is retired.
    package func retire() { loop.dismiss(self) }
}

/// A moment on the loop's monotonic clock, in milliseconds.
package struct Deadline: Comparable, Hashable, Sendable {
    package let milliseconds: Int64
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package static let never = Deadline(milliseconds: .max)
    package static func < (a: Deadline, b: Deadline) -> Bool { a.milliseconds < b.milliseconds }
}
