import Sockets

extension FetchClient {
    /// The response, whatever its status, within the request's time.
    package func send(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        // The engine keeps the deadline; a loop waits a little longer, so that the engine's answer is the one that counts.
        let result = await answer(timeoutMilliseconds: request.timeoutMilliseconds + 500) { reply in
            start(request, completion: reply)
        }
        guard let result else { throw .timeout(milliseconds: request.timeoutMilliseconds) }
        return try result.get()
    }
}
