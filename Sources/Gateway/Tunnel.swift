import Authentication
import HTTP
import HTTP1
import HTTPServer
import Settings
import Sockets

extension Conversation {
    /// After the origin's 101 the connection is no longer HTTP: bytes go both ways as they come, until both sides have
    /// ended or neither has said anything for `tunnelIdleSeconds`. What the client sent behind its request went nowhere
    /// before the 101 (pingora CVE-2026-2833). A tunnel that a Clerk session has opened ends with that session.
    func tunnel(_ exchange: Exchange, _ head: ResponseHead) async {
        guard let origin = exchange.takeOrigin() else { return }
        keepsAlive = false
        origin.pool.release(origin)
        defer { origin.wire.close() }
        writeSwitch(head)
        worker.countUse(account)
        worker.counters.tunnelsOpen += 1
        defer { worker.counters.tunnelsOpen -= 1 }
        let idleSeconds = limits.tunnelIdleSeconds
        let session = worker.follow(account.evidence?.clerkSession, on: client.strand)
        defer { worker.unfollow(session) }
        var toOrigin = Flow(from: client.wire, to: origin.wire)
        var toClient = Flow(from: origin.wire, to: client.wire, frames: session == nil ? nil : WebSocketFrames())
        while !(toOrigin.hasEnded && toClient.hasEnded) {
            if let session, session.isOver {
                await close(toClient)
                break
            }
            let before = toOrigin.bytes + toClient.bytes
            let goesOn = toOrigin.move() && toClient.move()
            guard goesOn else { break }
            if toOrigin.wantsTurn || toClient.wantsTurn {
                await Task.yield()
                continue
            }
            if toOrigin.bytes + toClient.bytes != before { continue }
            if toOrigin.hasEnded, toClient.hasEnded { break }
            if await client.strand.park(until: worker.loop.deadline(inSeconds: idleSeconds)) == .timeout { break }
        }
        account.bytesIn = toOrigin.bytes
        account.bytesOut = toClient.bytes
    }

    /// The client is told why, where it can be: in the middle of a message of the origin's nothing can be said.
    private func close(_ toClient: Flow) async {
        worker.counters.tunnelsEnded += 1
        guard toClient.isBetweenFrames else { return }
        // 4000 to 4999 are for applications (RFC 6455 §7.4.2); like 401, it says: sign in.
        client.wire.output += WebSocketFrames.close(4401, "the session is over")
        await flush()
    }

    private func writeSwitch(_ head: ResponseHead) {
        client.wire.output.appendStatusLine(.switchingProtocols)
        let section = head.section
        for line in section.lines {
            if line.known == .contentLength || line.known == .transferEncoding { continue }
            if isKept(line, of: section, crossOrigin, account.minted) { continue }
            client.wire.output.appendLine(line, of: section)
        }
        if !section.contains(.secWebSocketProtocol), let name = removedProtocol {
            // A browser gives up on a server that takes none of the subprotocols it was offered (WHATWG WebSockets), and
            // the origin was offered none: the client gets its own word back.
            client.wire.output.append(copying: "Sec-WebSocket-Protocol: ")
            client.wire.output.append(contentsOf: client.head.section.bytes[name])
            client.wire.output.append(copying: "\r\n")
        }
        client.wire.output.append(copying: "X-Request-Id: ")
        client.wire.output += account.requestID
        client.wire.output.append(copying: "\r\n\r\n")
    }
}

extension Conversation {
    /// The one subprotocol that the client offered, where it held a token and was not forwarded.
    private var removedProtocol: Range<Int>? {
        guard let route = account.route, route.mode != .observe else { return nil }
        return route.upgrade?.onlyProtocol(in: client.head.section)
    }
}

/// One direction of a tunnel.
private struct Flow {
    let sender: Connection
    let receiver: Connection
    private(set) var bytes: Int64 = 0
    private(set) var wantsTurn = false
    private var senderEnded = false
    /// Everything that the sender sent has been written, and its end passed on.
    private(set) var hasEnded = false
    /// Followed only where Segue may have something to say between them.
    private var frames: WebSocketFrames?
    var isBetweenFrames: Bool { frames?.isBetween ?? false }

    init(from sender: Connection, to receiver: Connection, frames: WebSocketFrames? = nil) {
        (self.sender, self.receiver, self.frames) = (sender, receiver, frames)
    }

    /// Moves what can be moved now; `false` when the tunnel is broken.
    mutating func move() -> Bool {
        var share = FixedLimits.shareBytes
        wantsTurn = false
        while !hasEnded {
            if !sender.input.isEmpty, receiver.pending < FixedLimits.pendingBytes {
                bytes += Int64(sender.input.count)
                if frames != nil { sender.input.withFilled { frames?.pass($0) } }
                receiver.output.append(contentsOf: sender.input.storage[sender.input.filled])
                sender.input.clear()
            }
            if case .failed = receiver.write() { return false }
            if receiver.pending > 0 { return true }
            if senderEnded {
                guard receiver.socket.flush() else { return true }
                receiver.socket.finishWriting()
                hasEnded = true
                return true
            }
            guard share > 0 else {
                wantsTurn = true
                return true
            }
            switch sender.read() {
            case .bytes(let count): share -= count
            case .wouldBlock: return true
            case .end: senderEnded = true
            case .failed: return false
            }
        }
        return true
    }
}
