// What a task waits for at a socket.
extension Socket {
    /// Parks until something may be read; other reasons to go on are told.
    package func waitToRead(on strand: Strand, until deadline: Deadline) async -> Wake {
        while !mayRead {
            let wake = await strand.park(until: deadline)
            if wake != .ready { return wake }
        }
        return .ready
    }

    package func waitToWrite(on strand: Strand, until deadline: Deadline) async -> Wake {
        while !mayWrite {
            let wake = await strand.park(until: deadline)
            if wake != .ready { return wake }
        }
        return .ready
    }

    /// Waits until the kernel has all that was written; before an end that is to be believed. A peer that takes none of it for so
    /// long is reset: it must not take what it has for everything.
    package func settle(on strand: Strand, until deadline: Deadline) async {
        if !flush(), await waitToWrite(on: strand, until: deadline) != .ready { resetOnClose() }
    }
}
