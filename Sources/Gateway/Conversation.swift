import HTTP
import HTTP1
import HTTPServer
import Settings
import Sockets

/// One client's connection to the gateway: requests are served one after the other, in the order in which they came.
/// It is made and run on its worker's loop and nowhere else.
final class Conversation: @unchecked Sendable {
    let worker: Worker
    let client: ServerConnection
    /// As the settings have it with which the current request began.
    private(set) var chain: ForwardedChain
    private var chainVersion: UInt64
    let account = Account()
    /// The request's way to an origin, once it has begun: then its content is the exchange's and nobody else's.
    var exchange: Exchange?
    /// The judgement of an observed request's credentials, where it had to be asked for.
    var observation: Observation?
    /// Whether the content of the request has been read to its end before it was forwarded or answered.
    var hasReadContent = false
    /// What `exchange` is, once it has begun; one object for all requests of the connection.
    let reusableExchange: Exchange
    /// Whether the connection goes on after the current request.
    var keepsAlive = true
    /// Whether the client may still be sending while its last response is on the way to it.
    var lingers = true

    init(socket: Socket, worker: Worker) {
        self.worker = worker
        let settings = worker.generation.plan.settings
        let limits = settings.limits
        client = ServerConnection(
            socket: socket, loop: worker.loop, buffers: worker.buffers,
            limits: HeadLimits(
                requestLineBytes: limits.requestLineBytes, headerBytes: limits.headerBytes, headerCount: limits.headerCount),
            patience: .init(idleSeconds: limits.idleSeconds, headerSeconds: limits.headerSeconds))
        reusableExchange = Exchange(client: client, loop: worker.loop)
        chain = ForwardedChain(peer: socket.peer, trusted: settings.trustedProxies)
        chainVersion = worker.generation.version
    }

    /// Of the settings with which the request began; no request waits for anything before its route is known.
    var limits: Limits { account.route?.limits ?? worker.generation.plan.limits }

    /// Serves requests for as long as they come. A connection on which none comes for a moment gives its task back, and has a
    /// new one with its next request.
    func run() async {
        while keepsAlive {
            guard await serve() else { return rest() }
        }
        await client.close(lingering: lingers)
        worker.ended(self)
    }

    private func rest() {
        account.release()
        client.rest { [self] wake in
            // Idle for too long, or the worker drains: nothing is owed to the client.
            if wake != .ready { (keepsAlive, lingers) = (false, false) }
            worker.loop.spawn { await self.run() }
        }
    }

    /// Serves one request: reads its head, sends it on its journey, and accounts for it. `false`: no request came.
    private func serve() async -> Bool {
        do throws(ServerConnection.End) {
            guard try await client.requestBegins() else { return false }
            try await client.nextHead()
        } catch {
            await endWithoutRequest(error)
            return true
        }
        begin()
        do throws(Refusal) {
            try await journey()
        } catch {
            await refuse(error)
        }
        finish()
        return true
    }

    /// No request came, or none that can be understood.
    private func endWithoutRequest(_ end: ServerConnection.End) async {
        keepsAlive = false
        switch end {
        case .quiet: lingers = false
        case .slow:
            begin()
            await refuse(.headTimeout)
            finish()
        case .malformed(let error):
            begin()
            await refuse(.request(error))
            finish()
        }
    }

    private func begin() {
        account.reset()
        (exchange, hasReadContent) = (nil, false)
        if chainVersion != worker.generation.version { followSettings(of: worker.generation) }
        account.startedNanoseconds = Clock.monotonicNanoseconds()
        keepsAlive = client.head.keepsAlive && worker.acceptsRequests
        let section = client.head.section
        if let given = section.first(.xRequestID), isAcceptableRequestID(section.bytes.span.extracting(given)) {
            account.requestID.append(copying: section.bytes.span.extracting(given))
        } else {
            worker.identifiers.appendRequestID(at: worker.loop.wallMilliseconds, to: &account.requestID)
        }
    }

    /// A proxy that is trusted no more is not believed on connections that it has kept.
    private func followSettings(of generation: Generation) {
        chain = ForwardedChain(peer: client.wire.socket.peer, trusted: generation.plan.settings.trustedProxies)
        chainVersion = generation.version
    }

    private func finish() {
        if !worker.acceptsRequests { keepsAlive = false }
        let ended = Clock.monotonicNanoseconds()
        guard let observation else { return worker.account(for: account, of: client.head, chain, endedNanoseconds: ended) }
        observation.end(self, endedNanoseconds: ended)
        self.observation = nil
    }
}
