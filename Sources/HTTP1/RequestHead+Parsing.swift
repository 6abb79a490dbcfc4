internal import HTTP

extension RequestHead {
    /// What the request line says. The head still holds the request before this one; all of it is replaced, here or
    /// in `completeFromFields`.
    func begin(_ line: RequestLine, of input: Span<UInt8>, base: Int) throws(RequestError) {
        section.clear()
        method = line.method
        minorVersion = line.minorVersion
        let parts = try RequestTarget(parsing: line.target, of: input, for: method)
        path = parts.path.shifted(by: -base)
        query = parts.query?.shifted(by: -base)
        authority = parts.authority?.shifted(by: -base) ?? 0..<0
        target = path.lowerBound..<line.target.upperBound - base
    }

    /// What the fields say about the request as a whole, once their bytes are in the section.
    func completeFromFields() throws(RequestError) {
        try settleAuthority()
        if path.isEmpty { supplyPath() }
        // Taken once, because each look at a property of the head counts two references.
        let section = section
        let framingFields: FramingFields
        do throws(FramingError) {
            framingFields = try FramingFields(section, minorVersion: minorVersion)
        } catch {
            throw .framing(error)
        }
        // RFC 9112 §6.3: a request with neither length has no content.
        framing = framingFields.isChunked ? .chunked : framingFields.contentLength.map { .length($0) } ?? .empty
        try settleConnection(section)
        try settleExpectation(section)
    }

    /// RFC 9112 §3.2: exactly one Host, valid, in every HTTP/1.1 request; §3.2.2: the target of an absolute-form
    /// request wins, and we refuse a Host that says something else.
    private func settleAuthority() throws(RequestError) {
        var host: Range<Int>?
        for line in section.lines where line.known == .host {
            guard host == nil else { throw .hostRepeated }
            host = line.value
        }
        guard let host else {
            guard minorVersion == 0 else { throw .hostMissing }
            return
        }
        guard section.holdsAuthority(host) else { throw .hostInvalid }
        guard !authority.isEmpty else {
            authority = host
            return
        }
        guard section.equalsIgnoringCase(authority, host) else { throw .hostContradictsTarget }
    }

    /// An absolute-form target without a path gets one behind the bytes of the head: `/`, or `*` when the request is
    /// an OPTIONS for the server itself (RFC 9112 §3.2.1, §3.2.4).
    private func supplyPath() {
        let start = section.bytes.count
        let isServerWide = method == .options && query == nil
        section.bytes.append(isServerWide ? UInt8(ascii: "*") : UInt8(ascii: "/"))
        path = start..<start + 1
        if let given = query {
            let bytes = section.bytes[given]
            section.bytes.append(UInt8(ascii: "?"))
            section.bytes.append(contentsOf: bytes)
            query = start + 2..<section.bytes.count
        }
        target = start..<section.bytes.count
    }

    /// RFC 9112 §9.3. Towards its clients a gateway is the origin server, so HTTP/1.0's keep-alive is honoured.
    private func settleConnection(_ section: FieldSection) throws(RequestError) {
        let options: ConnectionOptions
        do throws(FieldError) {
            options = try ConnectionOptions(section)
        } catch {
            throw .field(error)
        }
        keepsAlive = !options.close && (minorVersion == 1 || options.keepAlive)
        // RFC 9110 §7.8: an HTTP/1.0 Upgrade is ignored, and so is one that Connection does not announce.
        wantsUpgrade = minorVersion == 1 && options.upgrade && section.contains(.upgrade)
    }

    /// RFC 9110 §10.1.1: an unknown expectation may be answered with 417; one from HTTP/1.0 is ignored, and without
    /// content there is nothing to wait for.
    private func settleExpectation(_ section: FieldSection) throws(RequestError) {
        expectsContinue = false
        guard minorVersion == 1, section.contains(.expect) else { return }
        for line in section.lines where line.known == .expect {
            guard section.equalsIgnoringCase(line.value, "100-continue") else {
                throw .expectationUnknown
            }
            expectsContinue = framing != .empty && framing != .length(0)
        }
    }
}

extension Range<Int> {
    @inline(__always)
    func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}
