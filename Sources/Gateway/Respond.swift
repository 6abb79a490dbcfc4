import HTTP
import HTTP1
import HTTPServer
import Identity
import Settings
import Sockets

extension Conversation {
    /// Passes the origin's response on to the client. Until its first byte has been written a broken response is still a
    /// refusal; from then on what breaks breaks the connection, in a way that no client takes for a complete answer.
    func respond(_ exchange: Exchange) async throws(Refusal) {
        guard let origin = exchange.origin else { return }
        let head = origin.head
        account.status = head.status
        account.originMilliseconds = exchange.answeredAt - exchange.askedAt
        if head.status == .switchingProtocols { return await tunnel(exchange, head) }
        // The rest of the request is still under way: what comes behind it cannot be told from it in time.
        if !exchange.isRequestComplete || !worker.acceptsRequests { keepsAlive = false }
        let before = client.wire.bytesWritten - Int64(client.wire.pending)
        let framing = writeHead(of: head)
        // Nobody knows how long it goes on.
        switch head.framing {
        case .chunked, .untilClose: worker.countUse(account)
        case .empty, .length: break
        }
        do throws(ContentRelay.Failure) {
            account.bytesOut = try await exchange.respond(framing: framing)
        } catch {
            exchange.abandon()
            if client.wire.bytesWritten <= before, let refusal = Refusal(error) {
                client.wire.discardPending()
                throw refusal
            }
            keepsAlive = false
            account.isTruncated = true
            lingers = false
            client.wire.socket.resetOnClose()
        }
        if !hasReadContent { account.bytesIn = exchange.bytesUploaded }
    }

    /// What browsers are told about other sites' pages; of the settings with which the request began.
    var crossOrigin: CrossOrigin? { account.route.map { $0.crossOrigin } ?? worker.generation.plan.crossOrigin }

    /// Writes the head of the response for the client, with the framing that this hop uses.
    private func writeHead(of head: ResponseHead) -> ContentRelay.Framing {
        var framing = ContentRelay.Framing.asDeclared
        client.wire.output.appendStatusLine(head.status)
        // Where there is no content, Content-Length still says how long it would have been (RFC 9110 §8.6).
        appendFields(of: head, keepingLength: head.framing == .empty)
        switch head.framing {
        case .empty: break
        case .length(let length):
            client.wire.output.appendField("Content-Length", length)
        case .chunked, .untilClose:
            if client.head.minorVersion == 0 {
                keepsAlive = false
            } else {
                framing = .chunked
                client.wire.output.appendField("Transfer-Encoding", "chunked")
            }
        }
        appendOurFields()
        return framing
    }

    private func appendFields(of head: ResponseHead, keepingLength: Bool) {
        let section = head.section
        let options = try? ConnectionOptions(section)
        let (wire, crossOrigin, minted) = (client.wire, crossOrigin, account.minted)
        var run = LineRun()
        for line in section.lines {
            if options?.isHopByHop(line, in: section) ?? false { continue }
            if line.known == .contentLength, !keepingLength { continue }
            if isKept(line, of: section, crossOrigin, minted) { continue }
            run.add(line, of: section, to: &wire.output)
        }
        run.end(of: section, to: &wire.output)
    }

    /// Whether a line of the origin's is not for the client, whatever its answer.
    func isKept(_ line: FieldLine, of section: FieldSection, _ crossOrigin: CrossOrigin?, _ minted: MintedCredential?) -> Bool {
        if line.known == .xRequestID { return true }  // Ours says the same, or what the log says.
        if let crossOrigin, crossOrigin.replaces(line, of: section) { return true }
        return minted?.isTold(by: line, of: section) ?? false
    }

    /// What Segue says on every response, and the end of the head.
    func appendOurFields() { appendOurFields(crossOrigin: crossOrigin) }

    /// - Parameter crossOrigin: `nil` where the answer says so in another way, or not at all.
    func appendOurFields(crossOrigin: CrossOrigin?) {
        let wire = client.wire
        if let crossOrigin { crossOrigin.appendFields(answering: client.head.section, to: &wire.output) }
        wire.output.append(copying: "Via: 1.1 segue\r\nX-Request-Id: ")
        wire.output += account.requestID
        wire.output.appendLineEnd()
        for name in account.expiredCookies { appendExpiredCookie(name) }
        if !keepsAlive {
            wire.output.append(copying: "Connection: close\r\n")
        } else if client.head.minorVersion == 0 {
            wire.output.append(copying: "Connection: keep-alive\r\n")
        }
        wire.output.appendLineEnd()
    }

    /// A conflict that Clerk's side won: the browser is told to forget the other person's old cookie. Names with a prefix
    /// are promises that a browser holds every Set-Cookie to, in any case of their letters (RFC 6265bis §4.1.3).
    private func appendExpiredCookie(_ name: String) {
        let lowered = name.lowercased()
        let isPromised = lowered.hasPrefix("__host-") || lowered.hasPrefix("__secure-")
        client.wire.output.append(
            contentsOf: "Set-Cookie: \(name)=; Path=/; Max-Age=0; HttpOnly\(isPromised ? "; Secure" : "")\r\n".utf8)
    }

    // MARK: Answers of our own

    /// `/healthz` where no route takes it: a balancer that sees only the public listener asks here.
    func respondHealthy() async {
        account.status = .ok
        if !discardArrivedContent() { keepsAlive = false }
        client.wire.output.appendStatusLine(.ok)
        client.wire.output.append(
            copying: "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: 3\r\n")
        appendOurFields()
        if client.head.method != .head { client.wire.output.append(copying: "ok\n") }
        await flush()
    }

    /// Answers a request that ends here.
    func refuse(_ refusal: Refusal) async {
        account.refusal = refusal
        account.status = refusal.status
        if case .clientGone = refusal {
            (keepsAlive, lingers) = (false, false)
            return
        }
        if refusal.endsConnection || !isContentBehind() { keepsAlive = false }
        let (type, content) = refusalContent(refusal)
        client.wire.output.appendStatusLine(refusal.status)
        client.wire.output.append(
            contentsOf:
                "Date: \(worker.httpDate())\r\nContent-Type: \(type)\r\nContent-Length: \(content.count)\r\nCache-Control: no-store\r\n"
                .utf8)
        if let methods = refusal.allow { client.wire.output.append(contentsOf: "Allow: \(methods)\r\n".utf8) }
        if let challenge = refusal.challenge { client.wire.output.append(contentsOf: "WWW-Authenticate: \(challenge)\r\n".utf8) }
        if let seconds = refusal.retryAfterSeconds { client.wire.output.append(contentsOf: "Retry-After: \(seconds)\r\n".utf8) }
        appendOurFields()
        if client.head.method != .head { client.wire.output += content }
        account.bytesOut = Int64(content.count)
        await flush()
    }

    private func refusalContent(_ refusal: Refusal) -> (type: StaticString, content: [UInt8]) {
        let profile = account.route?.errors ?? account.ownErrors ?? .detail
        let isProblem = profile == .problem || acceptsProblem(client.head.section)
        let requestID = String(decoding: account.requestID, as: UTF8.self)
        return (
            isProblem ? "application/problem+json" : "application/json",
            refusal.content(
                isProblem ? .problem : profile, requestID: requestID,
                confirmation: worker.generation.plan.ownPages.confirmation)
        )
    }

    /// Whether the next byte of the client's is the next request's: its content has been forwarded or thrown away whole.
    func isContentBehind() -> Bool {
        exchange.map { $0.isRequestComplete } ?? (hasReadContent || discardArrivedContent())
    }

    /// Reads past the content of a request that is not forwarded, if all of it is here already; `false` when more would
    /// have to be waited for.
    private func discardArrivedContent() -> Bool {
        guard !client.head.expectsContinue || client.head.framing == .empty else { return false }
        var reader = ContentReader(client.head.framing)
        while !reader.isFinished {
            guard let step = try? client.wire.input.withFilled({ (input) throws(ContentError) in try reader.next(in: input) })
            else { return false }
            switch step {
            case .content(let range): client.wire.input.consume(range.upperBound)
            case .finished(let consumed): client.wire.input.consume(consumed)
            case .needMore: return false
            }
        }
        return true
    }

    func flush() async {
        let deadline = worker.loop.deadline(inSeconds: limits.bodyIdleSeconds)
        do {
            try await client.wire.flush(on: client.strand, until: deadline)
        } catch {
            keepsAlive = false
        }
    }
}
