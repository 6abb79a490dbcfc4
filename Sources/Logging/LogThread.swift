import Glibc
import Snapshot

/// The one writer of the process's log. Whoever logs hands over whole lines and goes on: a pipe that stalls costs
/// lines, which are dropped and counted, and never a request.
@safe package final class LogThread: Sendable {
    private let descriptor: Int32
    private let queue = Guarded(Queue())
    private nonisolated(unsafe) let arrived: UnsafeMutablePointer<sem_t>

    /// What may wait to be written. A busy second is about 2 MB of access lines.
    package static let queueBytesMax = 4 << 20

    private struct Queue {
        var blocks: [[UInt8]] = []
        var bytes = 0
        var dropped: UInt64 = 0
        var writing = false
    }

    /// Starts the thread; it lives as long as the process.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        unsafe arrived = .allocate(capacity: 1)
        unsafe sem_init(arrived, 0, 0)
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(self).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { pointer in
                unsafe Unmanaged<LogThread>.fromOpaque(pointer!).takeRetainedValue().run()
                return nil
            }, start)
        precondition(result == 0, "pthread_create failed: \(result)")
        pthread_detach(thread)
    }

    /// Hands over whole lines; `false` when the queue is full and they were dropped.
    @discardableResult
    package func write(_ lines: [UInt8]) -> Bool {
        let taken = queue.withLock { queue in
            guard queue.bytes + lines.count <= LogThread.queueBytesMax else { return false }
            queue.blocks.append(lines)
            queue.bytes += lines.count
            return true
        }
        if taken { unsafe sem_post(arrived) } else { lose(lines[...]) }
        return taken
    }

    /// Lines that were lost so far: to a full queue, or to a sink that failed.
    package var dropped: UInt64 { queue.withLock { $0.dropped } }

    /// Waits until all that was handed over is written, or for `milliseconds`; for the end of the process.
    package func drain(milliseconds: Int) {
        for _ in 0..<max(1, milliseconds / 5) {
            if queue.withLock({ $0.blocks.isEmpty && !$0.writing }) { return }
            usleep(5000)
        }
    }

    private func run() {
        // A sink that failed may have taken a line in part: the next must not become its end.
        var isWithinLine = false
        while true {
            while unsafe sem_wait(arrived) != 0 {}
            let blocks = queue.withLock { queue in
                let blocks = queue.blocks
                queue.blocks = []
                queue.bytes = 0
                queue.writing = !blocks.isEmpty
                return blocks
            }
            for block in blocks { write(block, isWithinLine: &isWithinLine) }
            queue.withLock { $0.writing = false }
        }
    }

    private func write(_ block: [UInt8], isWithinLine: inout Bool) {
        if isWithinLine, writeAll(LogThread.lineEnd) == 1 { isWithinLine = false }
        let written = isWithinLine ? 0 : writeAll(block)
        guard written < block.count else { return }
        // A closed pipe or a full disk: these lines are lost, the next may not be.
        if written > 0 { isWithinLine = block[written - 1] != LogThread.lineEnd[0] }
        lose(block[written...])
    }

    private static let lineEnd: [UInt8] = [UInt8(ascii: "\n")]

    private func lose(_ lines: ArraySlice<UInt8>) {
        let count = lines.reduce(into: UInt64(0)) { if $1 == LogThread.lineEnd[0] { $0 += 1 } }
        queue.withLock { $0.dropped += count }
    }

    /// How much of it the sink has taken: all, unless it failed.
    private func writeAll(_ bytes: [UInt8]) -> Int {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if count < 0, errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, 1000)
            } else if count == 0 || errno != EINTR {
                return written
            }
        }
        return written
    }
}
