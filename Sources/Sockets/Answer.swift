/// The one answer of a service that calls back, for tasks on a loop and for tests and commands that have none. On a
/// loop the answer comes through its mailbox, and `nil` means that it took longer than `timeoutMilliseconds`; elsewhere
/// the service must keep its own deadline.
package func answer<Reply: Sendable>(
    timeoutMilliseconds: Int, _ send: (@escaping @Sendable (Reply) -> Void) -> Void
) async -> Reply? {
    guard Loop.current != nil else {
        return await withCheckedContinuation { continuation in send { continuation.resume(returning: $0) } }
    }
    return await ask(timeoutMilliseconds: timeoutMilliseconds) { port in send { port($0) } }
}
