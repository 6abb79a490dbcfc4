import Authentication
import HTTP
import HTTP1
import Identity
import Routing
import Settings

/// The head of a request as an origin server will read it. Only `Rewriter` makes one, and it has removed the client's copy
/// of every identity field before it wrote ours: whoever holds an `OriginRequest` holds a request that says who is
/// calling, or nothing about it.
struct OriginRequest {
    let head: [UInt8]
    let method: Method
    let wantsUpgrade: Bool
    /// How many fields of the client's were stripped because only Segue may speak them.
    let strippedFields: Int

    fileprivate init(head: [UInt8], method: Method, wantsUpgrade: Bool, strippedFields: Int) {
        (self.head, self.method, self.wantsUpgrade, self.strippedFields) = (head, method, wantsUpgrade, strippedFields)
    }
}

/// What one worker needs to rewrite requests. The order matters and is the order of `rewrite`: the client's fields are
/// stripped first, `Connection` is applied to what is left of the client's, and Segue's own fields are written last, so
/// that no field of a client can take one of ours away (Traefik CVE-2024-45410, Apache CVE-2022-31813).
struct Rewriter {
    let filter: FieldFilter

    /// What the earlier stages found out about the request.
    struct Findings {
        let route: RoutePlan
        /// The canonical path where it differs from the one that came; else empty.
        let path: [UInt8]
        /// Which credentials go no further; `nil`: all are forwarded as they were sent.
        let removal: CredentialRemoval?
        let caller: Caller?
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
        if let caller = findings.caller { output.append(contentsOf: caller.fieldLines) }
        output.append(copying: "\r\n")
        return OriginRequest(head: output, method: head.method, wantsUpgrade: head.wantsWebSocket, strippedFields: stripped)
    }

    private func connectionOptions(of section: FieldSection) throws(Refusal) -> ConnectionOptions {
        do throws(FieldError) { return try ConnectionOptions(section) } catch { throw .request(.field(error)) }
    }

    // MARK: Request line

    private func appendRequestLine(
        _ head: RequestHead, _ section: FieldSection, _ findings: Findings, to output: inout [UInt8]
    ) throws(Refusal) {
        output.append(contentsOf: head.method.name.utf8)
        output.append(UInt8(ascii: " "))
        if findings.path.isEmpty {
            output.append(copying: section.bytes.span.extracting(head.path))
        } else {
            output += findings.path
        }
        try appendQuery(head.query, section, findings, to: &output)
        output.append(copying: " HTTP/1.1\r\n")
    }

    private func appendQuery(
        _ query: Range<Int>?, _ section: FieldSection, _ findings: Findings, to output: inout [UInt8]
    ) throws(Refusal) {
        if let query, let removal = findings.removal, removal.dropsParameters {
            var kept: [UInt8] = []
            removal.appendQuery(query, in: section.bytes, to: &kept)
            if kept.isEmpty { return try appendQuery(nil, findings, to: &output) }
            try appendQuery(kept.span, findings, to: &output)
        } else if let query {
            try appendQuery(section.bytes.span.extracting(query), findings, to: &output)
        } else {
            try appendQuery(nil, findings, to: &output)
        }
    }

    private static let noQuery: [UInt8] = []

    /// `nil`: there is none, which is not the same as an empty one.
    private func appendQuery(_ query: Span<UInt8>?, _ findings: Findings, to output: inout [UInt8]) throws(Refusal) {
        guard !findings.route.query.isEmpty else {
            guard let query else { return }
            output.append(UInt8(ascii: "?"))
            return output.append(copying: query)
        }
        let mark = output.count
        output.append(UInt8(ascii: "?"))
        let values = CallerValues(userID: findings.caller?.user.text, clerkUserID: findings.caller?.clerkUser?.text)
        do throws(QueryRefusal) {
            if let query {
                try findings.route.query.rewrite(query, for: values, into: &output)
            } else {
                try findings.route.query.rewrite(Rewriter.noQuery.span, for: values, into: &output)
            }
        } catch {
            throw .query(error)
        }
        if output.count == mark + 1 { output.removeLast() }
    }

    // MARK: The client's fields

    /// Copies the lines that may pass, neighbouring ones in one piece.
    private func appendClientFields(
        _ head: RequestHead, _ section: FieldSection, _ connection: ConnectionOptions, _ findings: Findings,
        to output: inout [UInt8]
    ) -> Int {
        var run = LineRun()
        var stripped = 0
        for line in section.lines {
            if line.known == .other, isStripped(line, section, findings) {
                stripped += 1
                continue
            }
            guard passes(line, head, section, connection, findings) else { continue }
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
        case nil: false
        case .always: true
        case .whereMethodsMatter: findings.route.namesMethods
        case .fromStrangers: !findings.chain.isTrusted
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
        case .expect: return head.expectsContinue
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
        output.appendFraming(head.framing)
        if head.wantsWebSocket { output.append(copying: "Connection: upgrade\r\nUpgrade: websocket\r\n") }
        if !section.contains(.host) {
            // HTTP/1.0 had no Host; the request goes on in HTTP/1.1, which has (RFC 9112 §3.2).
            output.append(copying: "Host: ")
            output.append(contentsOf: findings.route.originAuthority.utf8)
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
