import CLinux
import Glibc

// Descriptors whose events the loop hears of.
extension Loop {
    func register(_ source: EventSource, events: UInt32) throws(SystemError) {
        let index = Int(source.descriptor)
        while sources.count <= index { sources.append(Registration()) }
        sources[index].generation &+= 1
        sources[index].source = source
        try control(EPOLL_CTL_ADD, source, events: events)
    }

    /// Arms a one-shot source again, for these events.
    func rearm(_ source: EventSource, events: UInt32) throws(SystemError) {
        try control(EPOLL_CTL_MOD, source, events: events)
    }

    private func control(_ operation: Int32, _ source: EventSource, events: UInt32) throws(SystemError) {
        let index = UInt64(source.descriptor)
        let generation = UInt64(sources[Int(index)].generation)
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: generation << 32 | index))
        try retrying("epoll_ctl") { unsafe epoll_ctl(poll, operation, source.descriptor, &event) }
    }

    /// Closing a descriptor takes it out of epoll; the generation keeps its late events from the next owner.
    func forget(_ source: EventSource) {
        let index = Int(source.descriptor)
        sources[index].source = nil
        sources[index].generation &+= 1
        Glibc.close(source.descriptor)
    }

    /// Takes a descriptor out of epoll without closing it: a C library owns it.
    func release(_ source: EventSource) {
        let index = Int(source.descriptor)
        sources[index].source = nil
        sources[index].generation &+= 1
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(poll, EPOLL_CTL_DEL, source.descriptor, &event)
    }
}
