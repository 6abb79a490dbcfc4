package import HTTP
package import Telemetry

/// One outbound HTTP request. It is sent as it is: redirects are not followed, and what may change something is not sent again.
package struct FetchRequest: Sendable {
    package var method: Method
    /// `http` or `https`, without user and password.
    package var url: String
    package var fields: [Field]
    package var content: [UInt8]
    /// From the call of `start` or `send` to the last byte of the response, the wait for a free transfer included.
    package var timeoutMilliseconds: Int
    package var responseBytesMax: Int

    package init(
        _ method: Method = .get, _ url: String, fields: [Field] = [], content: [UInt8] = [],
        timeoutMilliseconds: Int, responseBytesMax: Int
    ) {
        (self.method, self.url, self.fields, self.content) = (method, url, fields, content)
        (self.timeoutMilliseconds, self.responseBytesMax) = (timeoutMilliseconds, responseBytesMax)
    }

    /// A field line. Any value may be a credential, so none of them can be printed.
    package struct Field: Sendable {
        package let name: String
        package let value: Secret

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, Secret(value)) }
        package init(_ name: String, _ value: Secret) { (self.name, self.value) = (name, value) }

        /// `Authorization: Bearer …` (RFC 6750 §2.1).
        package static func bearer(_ token: Secret) -> Field {
            Field("Authorization", Secret(Array("Bearer ".utf8) + token.expose()))
        }
    }
}

extension Outbound {
    /// Whether the URL's host is a loopback address.
    var isForThisMachine: Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        let authority = url[start...].prefix { !"/?#".contains($0) }.lowercased()
        if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
        let host = authority.prefix { $0 != ":" }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host == "localhost" || octets.count == 4 && octets[0] == 127 && !octets.contains(nil)
    }
}
