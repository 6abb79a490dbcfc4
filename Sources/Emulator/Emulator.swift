package import Crypto
import HTTP
package import HTTPServer
import Snapshot
import Sockets
package import Telemetry

/// An offline Clerk: the key set, the Backend API's users, sessions and invitations, the webhooks, and what a test needs to make
/// trouble. It holds everything in memory, and one request at a time changes it.
package final class Emulator: Sendable {
    package let settings: EmulatorSettings
    private let now: @Sendable () -> UnixTime
    private let transport: WebhookTransport?
    private let instance: Guarded<EmulatedInstance>

    /// - Parameters:
    ///   - transport: the way to the receiver of webhooks; without one they gather here.
    ///   - now: the wall clock.
    package init(_ settings: EmulatorSettings, transport: WebhookTransport? = nil, now: @escaping @Sendable () -> UnixTime)
        throws(CryptoError)
    {
        (self.settings, self.transport, self.now) = (settings, transport, now)
        let key: PrivateKey
        if let pem = settings.signingKey { key = try PrivateKey(pem: pem) } else { key = try PrivateKey(generating: .rs256) }
        instance = Guarded(EmulatedInstance(settings: settings, key: key))
    }

    /// Answers a request. What is to become of the answer on its way is the listener's business: `serve`.
    package func reply(to request: ServerRequest) -> EmulatedReply {
        let time = now()
        let reply = instance.withLock { instance in instance.reply(to: request, at: time) }
        deliver()
        return reply
    }

    /// The answer alone, for callers in this process.
    package func handle(_ request: ServerRequest) async -> ServerResponse { reply(to: request).response }

    /// Answers a client behind a listener, on the listener's loop: late, or never, where a test wants that.
    package func serve(_ request: ServerRequest) async -> ServerResponse? {
        let reply = reply(to: request)
        if reply.delayMilliseconds > 0 { await sleep(milliseconds: reply.delayMilliseconds) }
        return reply.isLost ? nil : reply.response
    }

    /// Adds the users of a seed file: `{"users": […]}`, each as `POST /__emulator/users` takes it.
    package func seed(_ content: [UInt8]) throws(SeedError) {
        let time = now()
        try instance.withLock { instance throws(SeedError) in try instance.seed(content, at: time) }
    }

    /// The public key that tokens are signed with, in PEM: `CLERK_JWT_KEY`.
    package var publicKey: String { instance.withLock { $0.keys.current.key.publicKey.pem } }

    /// Sends what is due, one message after another, and comes back when the next one is.
    private func deliver() {
        guard let transport else { return }
        let time = now()
        let (step, request) = instance.withLock { $0.nextDelivery(at: time) }
        switch step {
        case .rest: break
        case .wait(let milliseconds): transport.schedule(Int(milliseconds)) { self.wake() }
        case .send(let delivery):
            guard let request else { return finish(delivery, .failed("it could not be signed")) }
            transport.send(request) { self.finish(delivery, WebhookMessage.Outcome($0)) }
        }
    }

    private func wake() {
        instance.withLock { $0.webhooks.woken() }
        deliver()
    }

    private func finish(_ delivery: WebhookQueue.Delivery, _ outcome: WebhookMessage.Outcome) {
        let time = now()
        instance.withLock { $0.webhooks.finished(delivery, outcome, at: time) }
        deliver()
    }
}
