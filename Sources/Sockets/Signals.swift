import CLinux
import Glibc

/// Signals as events of a loop. Block them in the first thread before any other starts: threads inherit the mask.
package final class Signals: EventSource {
    package enum Signal: Sendable, CaseIterable {
        case terminate, interrupt, hangUp, user1

        fileprivate var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            case .hangUp: SIGHUP
            case .user1: SIGUSR1
            }
        }
    }

    private let received: (Signal) -> Void

    /// Blocks the signals in the calling thread and all that it starts, and ignores SIGPIPE: a write to a closed pipe or
    /// socket is an error at the call instead.
    package static func block() {
        var set = mask()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    package init(loop: Loop, received: @escaping (Signal) -> Void) throws(SystemError) {
        var set = Signals.mask()
        let descriptor = try retrying("signalfd") { unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC)) }
        self.received = received
        try super.init(descriptor: descriptor, events: Events.readable, loop: loop)
    }

    private static func mask() -> sigset_t {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for signal in Signal.allCases { _ = unsafe sigaddset(&set, signal.number) }
        return set
    }

    override func eventsArrived(_ events: UInt32) {
        var record = signalfd_siginfo()
        while unsafe Glibc.read(descriptor, &record, MemoryLayout<signalfd_siginfo>.size) > 0 {
            for signal in Signal.allCases where signal.number == Int32(record.ssi_signo) { received(signal) }
        }
    }
}
