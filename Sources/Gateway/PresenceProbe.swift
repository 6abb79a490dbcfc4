import HTTP
import HTTP1
import HTTPServer
import Sockets

/// Tells a client that is gone from one that has only finished sending. Both have sent a FIN, and TCP says no more of
/// either, but a socket that is closed answers whatever arrives with a reset. So Segue sends something: an interim
/// 100 (Continue), which every HTTP/1.1 client must be able to skip (RFC 9110 §15.2), first after a short while and then
/// after pauses that double. The reset is an event of the client's socket and ends the request.
///
/// nginx takes every FIN for the end, and answers no half-closed client. Nothing may be sent to an HTTP/1.0 client, so
/// one that waits for an answer behind its FIN is believed to be there.
struct PresenceProbe {
    private var pauseSeconds: Int
    private var next = Deadline.never

    /// - Parameter firstSeconds: 0 never asks.
    init(firstSeconds: Int) { pauseSeconds = firstSeconds }

    /// When the client is to be asked; `.never` while it is still able to send.
    mutating func due(for client: ServerConnection, on loop: Loop) -> Deadline {
        guard client.wire.socket.hasEnded, client.head.minorVersion == 1, pauseSeconds > 0 else { return .never }
        if next == .never { next = loop.deadline(inSeconds: pauseSeconds) }
        return next
    }

    /// Asks. Where bytes are waiting for the client already, these are the question.
    mutating func ask(_ client: ServerConnection) {
        pauseSeconds *= 2
        next = .never
        if client.wire.pending == 0 {
            client.wire.output.appendStatusLine(.continue)
            client.wire.output.appendLineEnd()
        }
        _ = client.wire.write()
    }
}
