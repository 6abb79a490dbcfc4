/// What the sockets of a loop were given to write in one turn. It goes to the kernel at the turn's end, in that order.
///
/// A `send` wakes whoever waits for the message, on a processor that may have gone to sleep, and that costs more than the rest of the
/// call. Receivers whose messages go out together are woken once (docs/decisions/0012-writing-once-a-turn.md).
struct Outbox {
    private(set) var bytes: [UInt8] = []
    private(set) var messages: [(socket: Socket, range: Range<Int>)] = []

    var isFull: Bool { messages.count >= Limits.outboxMessages || bytes.count >= Limits.outboxBytes }

    mutating func add(_ message: [UInt8], _ range: Range<Int>, for socket: Socket) {
        let start = bytes.count
        bytes += message[range]
        messages.append((socket, start..<bytes.count))
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
    }
}

extension Loop {
    /// Takes a message of a socket's, which goes out before the loop waits again.
    func collect(_ message: [UInt8], _ range: Range<Int>, of socket: Socket) {
        outbox.add(message, range, for: socket)
        if outbox.isFull { sendCollected() }
    }

    func sendCollected() {
        guard !outbox.messages.isEmpty else { return }
        swap(&outbox, &leaving)
        for (socket, range) in leaving.messages { socket.deliver(leaving.bytes, range) }
        leaving.clear()
    }
}
