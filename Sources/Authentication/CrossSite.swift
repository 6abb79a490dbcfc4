package import HTTP
package import Settings

/// The rule against cross-site request forgery, for credentials that a browser sends by itself (design §3, "CSRF").
/// Fetch Metadata (W3C, §2.1) and Origin (RFC 6454 §7) are set by the browser and out of a page's reach.
package struct CrossSiteRule: Sendable {
    private let allowedOrigins: [[UInt8]]
    private let isStrict: Bool

    package init(allowedOrigins: [String], isStrict: Bool) {
        self.allowedOrigins = allowedOrigins.map { Array($0.utf8) }
        self.isStrict = isStrict
    }

    package init(_ settings: Settings) {
        self.init(
            allowedOrigins: settings.csrf.allowedOrigins ?? settings.clerk?.authorizedParties ?? [], isStrict: settings.csrf.strict)
    }

    /// For a page that only pages ask: silence about where a request comes from is no answer.
    package init(strictly settings: Settings) {
        self.init(allowedOrigins: settings.csrf.allowedOrigins ?? settings.clerk?.authorizedParties ?? [], isStrict: true)
    }

    /// Whether a request with a cookie credential may go on. `isSecure`: the client reached us over TLS.
    package func admits(_ head: RequestHead, isSecure: Bool) -> Bool {
        // A WebSocket handshake is a GET and is not held back by CORS, so that an Upgrade counts whatever its method.
        if head.method.isSafe, !head.wantsUpgrade { return true }
        let sites = head.section.count(.secFetchSite)
        let origins = head.section.count(.origin)
        if sites == 0, origins == 0 { return !isStrict }
        guard sites <= 1, origins <= 1 else { return false }
        if let site = head.section.first(.secFetchSite) {
            if head.section.equalsIgnoringCase(site, "same-origin") || head.section.equalsIgnoringCase(site, "none") { return true }
        }
        guard let origin = head.section.first(.origin) else { return false }
        return isOwn(origin, head, isSecure) || isAllowed(origin, head.section.bytes)
    }

    private func isAllowed(_ origin: Range<Int>, _ bytes: [UInt8]) -> Bool {
        allowedOrigins.contains { $0.elementsEqual(bytes[origin]) }
    }

    /// Behind a balancer that ends TLS and is not trusted we cannot know the scheme, so `http` and `https` both pass
    /// there; a request that came over TLS must say `https`, or a page from a tampered plain connection could speak.
    private func isOwn(_ origin: Range<Int>, _ head: RequestHead, _ isSecure: Bool) -> Bool {
        let section = head.section
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where !isSecure || scheme == "https://" {
            let split = origin.lowerBound + scheme.utf8.count
            guard split < origin.upperBound, section.equalsIgnoringCase(origin.lowerBound..<split, scheme) else { continue }
            let named = withoutPort(split..<origin.upperBound, port, section)
            let own = withoutPort(head.authority, port, section)
            if !own.isEmpty, section.equalsIgnoringCase(named, section.string(own)) { return true }
        }
        return false
    }

    private func withoutPort(_ authority: Range<Int>, _ port: String, _ section: FieldSection) -> Range<Int> {
        let start = authority.upperBound - port.utf8.count
        guard start > authority.lowerBound, section.equalsIgnoringCase(start..<authority.upperBound, port) else { return authority }
        return authority.lowerBound..<start
    }
}
