import HTTP
import HTTP1
import Settings
import Sockets

/// A connection to an origin server, and the response that is being read from it. A response head is used again for
/// the next response, so a kept-alive connection allocates nothing per request.
final class OriginConnection {
    let wire: Connection
    let head = ResponseHead()
    var parser = ResponseParser()
    /// Whether a request went over it before: then its being closed says nothing about this request.
    var wasUsed = false
    var idleSince: Int64 = 0
    /// The last response had content, and so an end that the origin cannot have overlooked. A server that writes content
    /// behind a 204 or a 304 does it a moment later.
    var endedWithContent = true
    /// The turn of the loop in which it was put back.
    var idleTurn: UInt64 = 0
    /// Held for as long as the connection lives: a pool of settings that were replaced has nobody else. While it rests in
    /// the pool both hold each other, until it is taken, dropped or retired.
    let pool: OriginPool

    init(wire: Connection, pool: OriginPool) { (self.wire, self.pool) = (wire, pool) }
}
