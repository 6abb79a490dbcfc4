import HTTP
import HTTP1
package import Sockets

/// A server for small requests, each read whole before its handler runs: the admin listener and the emulator. It lives
/// on one loop; the handler runs there and may wait.
package final class SmallServer {
    /// Without a response the connection is closed as it is.
    package typealias Handler = @Sendable (ServerRequest) async -> ServerResponse?

    private let loop: Loop
    private let handler: Handler
    private let limits: SmallServerLimits
    private let buffers = BufferPool(blockBytes: Limits.bufferBytes, blocksMax: Limits.buffers)
    private var listener: ListeningSocket?
    private var connections = 0

    /// Opens the listener, so that a port that is taken is an error here. Call it on the loop's thread, or before the
    /// loop runs.
    package init(
        on address: Address, loop: Loop, limits: SmallServerLimits = SmallServerLimits(), handler: @escaping Handler
    ) throws(SystemError) {
        (self.loop, self.handler, self.limits) = (loop, handler, limits)
        listener = try ListeningSocket(
            on: address, loop: loop, accepted: { [unowned self] in accepted($0) }, refused: { _ in })
    }

    /// Where it listens; the port is the one that the system chose where 0 was asked for.
    package var address: Address? { listener?.address }

    /// Takes no more connections; those that are open go on.
    package func close() {
        listener?.close()
        listener = nil
    }

    private func accepted(_ socket: Socket) {
        guard connections < limits.connections else { return socket.close() }
        connections += 1
        let conversation = Conversation(socket: socket, server: self)
        loop.spawn { await conversation.run() }
    }

    /// A conversation is made and run on the server's loop and nowhere else.
    private final class Conversation: @unchecked Sendable {
        let client: ServerConnection
        let server: SmallServer

        init(socket: Socket, server: SmallServer) {
            self.server = server
            let limits = server.limits
            client = ServerConnection(
                socket: socket, loop: server.loop, buffers: server.buffers,
                limits: HeadLimits(
                    requestLineBytes: limits.requestLineBytes, headerBytes: limits.headerBytes, headerCount: limits.headerCount),
                patience: .init(idleSeconds: limits.idleSeconds, headerSeconds: limits.headerSeconds))
        }

        func run() async {
            var goesOn = true
            var lingers = false
            while goesOn {
                do throws(ServerConnection.End) {
                    try await client.nextHead()
                } catch {
                    if case .malformed = error {
                        await send(.text("The request is malformed.\n", status: .badRequest), closing: true)
                    }
                    lingers = true
                    break
                }
                goesOn = await serve()
                lingers = !goesOn
            }
            await client.close(lingering: lingers)
            server.connections -= 1
        }

        /// Serves one request; `false` when the connection must end.
        private func serve() async -> Bool {
            var content: [UInt8] = []
            do throws(ContentFailure) {
                if client.head.expectsContinue {
                    client.wire.output.append(contentsOf: Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                }
                content = try await client.readContent(
                    bytesMax: server.limits.contentBytes, idleSeconds: server.limits.headerSeconds, until: .never)
            } catch {
                await send(.text(error.text, status: error.status), closing: true)
                return false
            }
            let request = client.head.copied(with: content)
            let isHead = client.head.method == .head
            let goesOn = client.head.keepsAlive
            guard let response = await server.handler(request) else { return false }
            return await send(response, closing: !goesOn, withoutContent: isHead) && goesOn
        }

        @discardableResult
        private func send(_ response: ServerResponse, closing: Bool, withoutContent: Bool = false) async -> Bool {
            response.write(to: &client.wire.output, closing: closing, withoutContent: withoutContent)
            let deadline = server.loop.deadline(inSeconds: server.limits.writeSeconds)
            do {
                try await client.wire.flush(on: client.strand, until: deadline)
                return true
            } catch {
                return false
            }
        }
    }
}

/// Why a small server did not read a request to its end.
extension ContentFailure {
    var status: Status {
        switch self {
        case .tooLarge: .contentTooLarge
        case .malformed, .lost: .badRequest
        case .slow: .requestTimeout
        }
    }

    var text: String {
        switch self {
        case .tooLarge: "The content is too large.\n"
        case .malformed, .lost: "The content is malformed.\n"
        case .slow: "The content did not arrive in time.\n"
        }
    }
}
