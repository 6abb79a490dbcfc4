import Sockets

extension FetchClient {
    /// The response, whatever its status, within the request's time.
    package func send(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        try await send(.request(request))
    }

    /// Returns when the server has taken the message.
    package func send(_ mail: MailRequest) async throws(FetchError) { _ = try await send(.mail(mail)) }

    private func send(_ outbound: Outbound) async throws(FetchError) -> FetchResponse {
        // The engine keeps the deadline; a loop waits a little longer, so that the engine's answer is the one that counts.
        let result = await answer(timeoutMilliseconds: outbound.timeoutMilliseconds + 500) { reply in
            start(outbound, completion: reply)
        }
        guard let result else { throw .timeout(milliseconds: outbound.timeoutMilliseconds) }
        return try result.get()
    }
}
