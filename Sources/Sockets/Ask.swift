/// Where a reply goes: back to the loop of whoever asked, from any thread, once.
package struct ReplyPort<Reply: Sendable>: Sendable {
    fileprivate let pending: PendingReply<Reply>
    fileprivate let loop: Loop

    package func callAsFunction(_ reply: Reply) {
        let (pending, loop) = (pending, loop)
        loop.post { pending.deliver(reply, on: loop) }
    }
}

/// Asks another thread and parks the calling task, which must run on a loop, until the reply arrives; `nil` when it
/// takes longer than `timeoutMilliseconds`. The other thread gets a port and values only, never the continuation: a
/// reply that comes late is dropped and counted instead of resuming a task twice.
package func ask<Reply: Sendable>(
    timeoutMilliseconds: Int, _ send: (ReplyPort<Reply>) -> Void
) async -> Reply? {
    guard let loop = Loop.current else { preconditionFailure("ask() is for tasks that run on a loop") }
    let pending = PendingReply<Reply>(strand: Strand(on: loop))
    defer { pending.strand.retire() }
    send(ReplyPort(pending: pending, loop: loop))
    let deadline = loop.deadline(in: timeoutMilliseconds)
    while pending.reply == nil {
        if await pending.strand.park(until: deadline) == .timeout { break }
    }
    pending.isWaiting = false
    return pending.reply
}

/// Parks the calling task, which must run on a loop, for about so long.
package func sleep(milliseconds: Int) async {
    guard let loop = Loop.current else { preconditionFailure("sleep() is for tasks that run on a loop") }
    let strand = Strand(on: loop)
    defer { strand.retire() }
    let deadline = loop.deadline(in: milliseconds)
    while await strand.park(until: deadline) != .timeout {}
}

extension Loop {
    package func deadline(in milliseconds: Int) -> Deadline { Deadline(milliseconds: now + Int64(milliseconds)) }
    package func deadline(inSeconds seconds: Int) -> Deadline { Deadline(milliseconds: now + Int64(seconds) * 1000) }
}

/// Touched only by the asker's loop; the port carries it there and back.
private final class PendingReply<Reply: Sendable>: @unchecked Sendable {
    let strand: Strand
    var reply: Reply?
    var isWaiting = true

    init(strand: Strand) { self.strand = strand }

    func deliver(_ value: Reply, on loop: Loop) {
        guard isWaiting, reply == nil else {
            loop.lateReplies += 1
            return
        }
        reply = value
        strand.wake()
    }
}
