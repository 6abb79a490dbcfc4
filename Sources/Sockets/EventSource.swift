import CLinux

/// Something with a descriptor that a loop watches. The loop calls `eventsArrived` on its own thread; a source closes
/// its descriptor itself, through `close`, which also tells the loop to forget it.
package class EventSource {
    package let descriptor: Int32
    package let loop: Loop
    private(set) var isOpen = true

    /// Takes over the descriptor. `events` are epoll's; the source is registered once, for its whole life.
    init(descriptor: Int32, events: UInt32, loop: Loop) throws(SystemError) {
        self.descriptor = descriptor
        self.loop = loop
        try loop.register(self, events: events)
    }

    func eventsArrived(_ events: UInt32) {}

    package func close() {
        guard isOpen else { return }
        isOpen = false
        loop.forget(self)
    }

    /// Stops watching without closing: for a descriptor that a C library owns.
    func unwatch() {
        guard isOpen else { return }
        isOpen = false
        loop.release(self)
    }

    deinit { precondition(!isOpen, "an event source was dropped with its descriptor open") }
}

/// epoll's flags under their own names, in the type that `epoll_event.events` has.
enum Events {
    static let readable = UInt32(EPOLLIN.rawValue)
    static let writable = UInt32(EPOLLOUT.rawValue)
    /// The peer has sent its FIN: nothing more will come, though something may still be read.
    static let peerEnded = UInt32(EPOLLRDHUP.rawValue)
    static let failed = UInt32(EPOLLERR.rawValue)
    static let hungUp = UInt32(EPOLLHUP.rawValue)
    static let edgeTriggered = UInt32(bitPattern: Int32(bitPattern: EPOLLET.rawValue))
    static let once = UInt32(EPOLLONESHOT.rawValue)
}
