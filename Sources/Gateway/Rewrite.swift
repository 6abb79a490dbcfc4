import Authentication
import HTTP
import HTTP1
import Identity
import Routing
import Settings
import Telemetry

/// The head of a request as an origin server will read it. Only `Rewriter` makes one, and it has removed the client's copy
/// of every identity field before it wrote ours: whoever holds an `OriginRequest` holds a request that says who is
/// calling, or nothing about it.
struct OriginRequest {
    let head: [UInt8]
    /// Content that was held to be checked; all other content follows by itself.
    let content: [UInt8]
    let method: Method
    let wantsUpgrade: Bool
    /// What no answer may tell the client.
    let minted: MintedCredential?
    /// How many fields of the client's were stripped because only Segue may speak them.
    let strippedFields: Int

    fileprivate init(
        head: [UInt8], content: [UInt8], method: Method, wantsUpgrade: Bool, minted: MintedCredential?, strippedFields: Int
    ) {
        (self.head, self.content, self.method) = (head, content, method)
        (self.wantsUpgrade, self.minted, self.strippedFields) = (wantsUpgrade, minted, strippedFields)
    }
}

/// What one worker needs to rewrite requests. The order matters and is the order of `rewrite`: the client's fields are
/// stripped first, `Connection` is applied to what is left of the client's, and Segue's own fields are written last, so
/// that no field of a client can take one of ours away (Traefik CVE-2024-45410, Apache CVE-2022-31813).
struct Rewriter {
    let filter: FieldFilter
    /// `nil`: origins take our word.
    let assertion: AssertionSigner?

    /// What the earlier stages found out about the request.
    struct Findings {
        let route: RoutePlan
        /// The canonical path where it differs from the one that came; else empty.
        let path: [UInt8]
        /// Which credentials go no further; `nil`: all are forwarded as they were sent.
        let removal: CredentialRemoval?
        let caller: Caller?
        /// The origin's own credential for the caller, at the route's `mintPlace`.
        let minted: MintedCredential?
        /// What was held to be checked; `nil`: content goes on as it comes.
        let content: [UInt8]?
        let now: UnixTime
        /// With the request's id, and a new `traceparent` where the client's may not be passed on.
        let account: Account
        let chain: ForwardedChain
    }

    /// - Parameter section: the head's. It is handed down the journey, because each look at it through the head counts two
    ///   references.
    func rewrite(_ head: RequestHead, _ section: FieldSection, _ findings: Findings) throws(Refusal) -> OriginRequest {
        let connection = try connectionOptions(of: section)
        var output: [UInt8] = []
        output.reserveCapacity(section.bytes.count + (findings.caller?.fieldLines.count ?? 0) + 512)
        try appendRequestLine(head, section, findings, to: &output)
        let stripped = appendClientFields(head, section, connection, findings, to: &output)
        appendConnectionFields(head, section, findings, to: &output)
        if let place = findings.route.mintPlace { append(findings.minted, at: place, section, findings.removal, to: &output) }
        if let caller = findings.caller {
            output.append(contentsOf: caller.fieldLines)
            if let assertion { try assertion.appendField(for: caller, findings, to: &output) }
        }
        output.append(copying: "\r\n")
        return OriginRequest(
            head: output, content: findings.content ?? [], method: head.method, wantsUpgrade: head.wantsWebSocket,
            minted: findings.minted,
            strippedFields: stripped)
    }

    private func connectionOptions(of section: FieldSection) throws(Refusal) -> ConnectionOptions {
        do throws(FieldError) { return try ConnectionOptions(section) } catch { throw .request(.field(error)) }
    }

    // MARK: The client's fields

    /// Copies the lines that may pass, neighbouring ones in one piece.
    private func appendClientFields(
        _ head: RequestHead, _ section: FieldSection, _ connection: ConnectionOptions, _ findings: Findings,
        to output: inout [UInt8]
    ) -> Int {
        let mintPlace = findings.route.mintPlace
        var run = LineRun()
        var stripped = 0
        for line in section.lines {
            if line.known == .other, isStripped(line, section, findings) {
                stripped += 1
                continue
            }
            guard passes(line, head, section, connection, findings) else { continue }
            if let mintPlace, mintPlace.clears(line.known, findings.removal) { continue }
            if line.known == .cookie, let removal = findings.removal, removal.dropsCookies {
                run.end(of: section, to: &output)
                appendCookies(line, section, removal, to: &output)
            } else {
                run.add(line, of: section, to: &output)
            }
        }
        run.end(of: section, to: &output)
        return stripped
    }

    /// Whether a rule of `FieldFilter` takes this line away.
    private func isStripped(_ line: FieldLine, _ section: FieldSection, _ findings: Findings) -> Bool {
        switch filter.rule(for: section.bytes.span.extracting(line.name)) {
        case nil: findings.removal != nil && filter.respellsUnproved(section.bytes[line.name])
        case .always: true
        case .whereMethodsMatter: findings.route.namesMethods
        case .fromStrangers: !findings.chain.isTrusted
        case .whereMinted:
            findings.route.mintPlace?.strips(section.bytes[line.name], findings.removal) ?? false
                || findings.removal != nil && filter.respellsUnproved(section.bytes[line.name])
        }
    }

    private func passes(
        _ line: FieldLine, _ head: RequestHead, _ section: FieldSection, _ connection: ConnectionOptions, _ findings: Findings
    ) -> Bool {
        if connection.isHopByHop(line, in: section) { return false }
        switch line.known {
        case .other, .authorization: return findings.removal.map { !$0.drops(line, in: section) } ?? true
        case .contentLength, .xRequestID, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto, .forwarded:
            return false
        case .expect: return head.expectsContinue && findings.content == nil
        case .secWebSocketProtocol: return findings.removal.map { !$0.rewritesProtocols } ?? true
        case .traceparent, .tracestate: return findings.account.traceparent.isEmpty
        default: return true
        }
    }

    private func appendCookies(_ line: FieldLine, _ section: FieldSection, _ removal: CredentialRemoval, to output: inout [UInt8]) {
        let mark = output.count
        output.append(copying: "Cookie: ")
        if removal.appendCookies(of: line.value, in: section.bytes, to: &output) {
            output.append(copying: "\r\n")
        } else {
            output.removeSubrange(mark...)
        }
    }

    // MARK: Segue's fields

    private func appendConnectionFields(
        _ head: RequestHead, _ section: FieldSection, _ findings: Findings, to output: inout [UInt8]
    ) {
        output.appendFraming(findings.content.map { .length(Int64($0.count)) } ?? head.framing)
        if head.wantsWebSocket { output.append(copying: "Connection: upgrade\r\nUpgrade: websocket\r\n") }
        if let removal = findings.removal, removal.rewritesProtocols { removal.appendProtocols(of: section, to: &output) }
        if !section.contains(.host) {
            // HTTP/1.0 had no Host; the request goes on in HTTP/1.1, which has (RFC 9112 §3.2). Where the target names a host,
            // the route was matched by that one.
            output.append(copying: "Host: ")
            if head.authority.isEmpty {
                output.append(contentsOf: findings.route.originAuthority.utf8)
            } else {
                output.append(copying: section.bytes.span.extracting(head.authority))
            }
            output.append(copying: "\r\n")
        }
        findings.chain.appendFields(section, authority: head.authority, to: &output)
        output.append(copying: "X-Request-Id: ")
        output += findings.account.requestID
        output.append(copying: "\r\n")
        if !findings.account.traceparent.isEmpty {
            output.append(copying: "traceparent: ")
            output += findings.account.traceparent
            output.append(copying: "\r\n")
        }
    }
}
