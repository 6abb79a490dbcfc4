import Sockets

extension FetchClient {
    /// The response, whatever its status, within the request's time. A task on a loop is answered through that loop's
    /// mailbox; any other task resumes wherever it runs.
    package func send(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        guard Loop.current != nil else {
            return try await withCheckedContinuation { continuation in
                start(request) { continuation.resume(returning: $0) }
            }.get()
        }
        // The engine keeps the deadline; the loop waits a little longer so that the engine's answer is the one that counts.
        let answer = await ask(timeoutMilliseconds: request.timeoutMilliseconds + 500) { port in start(request) { port($0) } }
        guard let answer else { throw .timeout(milliseconds: request.timeoutMilliseconds) }
        return try answer.get()
    }
}
