import Sockets

extension FetchClient {
    /// The response, whatever its status, within the request's time.
    package func send(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        try await send(.request(request))
    }

    /// Returns when the server has taken the message.
    package func send(_ mail: MailRequest) async throws(FetchError) { _ = try await send(.mail(mail)) }

    /// Connects as for mail, logs in and leaves; the lines that the server has said.
    package func visit(_ server: MailServer) async throws(FetchError) -> [String] {
        let said = try await send(.visit(server)).content
        return String(decoding: said, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    private func send(_ outbound: Outbound) async throws(FetchError) -> FetchResponse {
        // The engine keeps the deadline; a loop waits a little longer, so that the engine's answer is the one that counts.
        let result = await answer(timeoutMilliseconds: outbound.timeoutMilliseconds + 500) { reply in
            start(outbound, completion: reply)
        }
        guard let result else { throw outbound.unanswered }
        return try result.get()
    }
}
