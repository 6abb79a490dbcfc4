internal import HTTP

extension KnownField {
    /// The field with this name, whatever its case. The length and one letter leave a single candidate, which is then
    /// compared whole. `KnownField+RecognitionTests` holds this switch against every case of the enum.
    init(recognising name: Range<Int>, of input: Span<UInt8>) {
        let start = name.lowerBound
        let candidate: KnownField
        switch (name.count, input[start] | 0x20) {
        case (2, _): self = matches(input, at: start, "te") ? .te : .other
        case (3, _): self = matches(input, at: start, "via") ? .via : .other
        case (4, UInt8(ascii: "h")): self = matches(input, at: start, "host") ? .host : .other
        case (4, UInt8(ascii: "d")): self = matches(input, at: start, "date") ? .date : .other
        case (4, UInt8(ascii: "v")): self = matches(input, at: start, "vary") ? .vary : .other
        case (6, UInt8(ascii: "a")): self = matches(input, at: start, "accept") ? .accept : .other
        case (6, UInt8(ascii: "c")): self = matches(input, at: start, "cookie") ? .cookie : .other
        case (6, UInt8(ascii: "e")): self = matches(input, at: start, "expect") ? .expect : .other
        case (6, UInt8(ascii: "o")): self = matches(input, at: start, "origin") ? .origin : .other
        case (6, UInt8(ascii: "s")): self = matches(input, at: start, "server") ? .server : .other
        case (7, UInt8(ascii: "t")): self = matches(input, at: start, "trailer") ? .trailer : .other
        case (7, UInt8(ascii: "u")): self = matches(input, at: start, "upgrade") ? .upgrade : .other
        case (8, _): self = matches(input, at: start, "location") ? .location : .other
        case (9, _): self = matches(input, at: start, "forwarded") ? .forwarded : .other
        case (10, UInt8(ascii: "c")): self = matches(input, at: start, "connection") ? .connection : .other
        case (10, UInt8(ascii: "k")): self = matches(input, at: start, "keep-alive") ? .keepAlive : .other
        case (10, UInt8(ascii: "s")): self = matches(input, at: start, "set-cookie") ? .setCookie : .other
        case (10, UInt8(ascii: "t")): self = matches(input, at: start, "tracestate") ? .tracestate : .other
        case (11, UInt8(ascii: "r")): self = matches(input, at: start, "retry-after") ? .retryAfter : .other
        case (11, UInt8(ascii: "t")): self = matches(input, at: start, "traceparent") ? .traceparent : .other
        case (12, UInt8(ascii: "c")): self = matches(input, at: start, "content-type") ? .contentType : .other
        case (12, UInt8(ascii: "m")): self = matches(input, at: start, "max-forwards") ? .maxForwards : .other
        case (12, UInt8(ascii: "x")): self = matches(input, at: start, "x-request-id") ? .xRequestID : .other
        case (13, _): self = matches(input, at: start, "authorization") ? .authorization : .other
        case (14, UInt8(ascii: "c")): self = matches(input, at: start, "content-length") ? .contentLength : .other
        case (14, UInt8(ascii: "s")): self = matches(input, at: start, "sec-fetch-site") ? .secFetchSite : .other
        case (15, _): self = matches(input, at: start, "x-forwarded-for") ? .xForwardedFor : .other
        case (16, UInt8(ascii: "p")): self = matches(input, at: start, "proxy-connection") ? .proxyConnection : .other
        case (16, UInt8(ascii: "w")): self = matches(input, at: start, "www-authenticate") ? .wwwAuthenticate : .other
        case (16, UInt8(ascii: "x")):
            candidate = input[start + 12] | 0x20 == UInt8(ascii: "h") ? .xForwardedHost : .xForwardedPort
            self = matches(input, at: start, candidate.name) ? candidate : .other
        case (17, UInt8(ascii: "t")): self = matches(input, at: start, "transfer-encoding") ? .transferEncoding : .other
        case (17, UInt8(ascii: "x")): self = matches(input, at: start, "x-forwarded-proto") ? .xForwardedProto : .other
        case (18, _): self = matches(input, at: start, "proxy-authenticate") ? .proxyAuthenticate : .other
        case (19, _): self = matches(input, at: start, "proxy-authorization") ? .proxyAuthorization : .other
        case (22, _): self = matches(input, at: start, "sec-websocket-protocol") ? .secWebSocketProtocol : .other
        case (29, _): self = matches(input, at: start, "access-control-request-method") ? .accessControlRequestMethod : .other
        case (30, _): self = matches(input, at: start, "access-control-request-headers") ? .accessControlRequestHeaders : .other
        default: self = .other
        }
    }
}
