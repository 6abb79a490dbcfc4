internal import CPostgreSQL
import Sockets

// What the server says unasked (LISTEN).
extension PostgresConnection {
    /// The next notification of a channel that this connection listens on; `nil` after so long a silence.
    package func notification(timeoutMilliseconds: Int) async throws(PostgresError) -> PostgresNotification? {
        let deadline = loop.deadline(in: timeoutMilliseconds)
        while let handle = unsafe handle {
            if let arrived = unsafe PQnotifies(handle) {
                defer { unsafe PQfreemem(arrived) }
                return PostgresNotification(
                    channel: unsafe String(cString: arrived.pointee.relname), content: unsafe String(cString: arrived.pointee.extra)
                )
            }
            let left = Int(deadline.milliseconds - loop.now)
            guard left > 0, await readiness.wait(for: .read, timeoutMilliseconds: left) != .timeout else { return nil }
            guard !isHungUp, unsafe PQconsumeInput(handle) == 1 else { throw lose(isHungUp ? "hung up" : nil) }
        }
        throw .lost("the connection is closed")
    }

    /// Ends the wait for a notification that another task of the loop is in, and the connection with it.
    package func hangUp() {
        isHungUp = true
        readiness.interrupt()
    }
}

package struct PostgresNotification: Sendable, Hashable {
    package let channel: String
    package let content: String
}
