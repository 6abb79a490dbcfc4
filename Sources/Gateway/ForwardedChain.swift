import HTTP
import HTTP1
import Settings
import Sockets

/// What one client connection is known to be, and how far the fields that speak of earlier hops are believed. Such a
/// field counts only when it comes from a trusted proxy, and is walked from the right, one trusted hop at a time; the
/// first address that is not a trusted proxy's is the client (oauth2-proxy#3478 walked from the left).
final class ForwardedChain {
    /// The address that the connection comes from, as text.
    let peer: [UInt8]
    /// Whether the connection comes from a trusted proxy.
    let isTrusted: Bool
    private let networks: [Network]
    /// What is written of a client that is not trusted, up to the host: the same for each of its requests.
    private let untrustedLines: [UInt8]

    init(peer address: Address?, trusted networks: [Network]) {
        peer = Array((address?.host ?? "unknown").utf8)
        untrustedLines = Array("X-Forwarded-For: ".utf8) + peer + Array("\r\nX-Forwarded-Proto: http\r\n".utf8)
        isTrusted = address.map { address in networks.contains { $0.contains(address.bytes) } } ?? false
        self.networks = networks
    }

    /// The client's address for the log: the peer, or behind trusted proxies the first address that is not one of them.
    func clientAddress(_ section: FieldSection) -> [UInt8] {
        guard isTrusted else { return peer }
        var nearest = peer
        for line in section.lines.reversed() where line.known == .xForwardedFor {
            for hop in section.string(line.value).split(separator: ",").reversed() {
                let text = String(hop.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
                guard let bytes = Address.parse(text) else { return nearest }
                nearest = Array(text.utf8)
                if !networks.contains(where: { $0.contains(bytes) }) { return nearest }
            }
        }
        return nearest
    }

    /// Whether the client reached the first trusted hop over TLS, by that hop's word.
    func isSecure(_ section: FieldSection) -> Bool {
        guard isTrusted, let value = section.first(.xForwardedProto) else { return false }
        return section.equalsIgnoringCase(value, "https")
    }
}

extension ForwardedChain {
    /// Writes `X-Forwarded-*`, `Forwarded` and `Via` for the origin. What an untrusted client said of itself is gone;
    /// what a trusted proxy said stays, with this hop added behind it.
    func appendFields(_ section: FieldSection, authority: Range<Int>, to output: inout [UInt8]) {
        if isTrusted {
            appendTrustedFields(section, authority, to: &output)
        } else {
            output += untrustedLines
            appendHost(section, authority, to: &output)
        }
        output.append(copying: "Via: 1.1 segue\r\n")
    }

    /// HTTP/1.0 need not name a host: then there is none to tell.
    private func appendHost(_ section: FieldSection, _ host: Range<Int>, to output: inout [UInt8]) {
        guard !host.isEmpty else { return }
        output.append(copying: "X-Forwarded-Host: ")
        output.append(copying: section.bytes.span.extracting(host))
        output.append(copying: "\r\n")
    }

    private func appendTrustedFields(_ section: FieldSection, _ authority: Range<Int>, to output: inout [UInt8]) {
        output.append(copying: "X-Forwarded-For: ")
        for line in section.lines where line.known == .xForwardedFor {
            output.append(copying: section.bytes.span.extracting(line.value))
            output.append(copying: ", ")
        }
        output += peer
        output.append(copying: "\r\nX-Forwarded-Proto: ")
        if let proto = section.first(.xForwardedProto) {
            output.append(copying: section.bytes.span.extracting(proto))
        } else {
            output.append(copying: "http")
        }
        output.append(copying: "\r\n")
        appendHost(section, section.first(.xForwardedHost) ?? authority, to: &output)
        if let port = section.first(.xForwardedPort) {
            output.append(copying: "X-Forwarded-Port: ")
            output.append(copying: section.bytes.span.extracting(port))
            output.append(copying: "\r\n")
        }
        if section.first(.forwarded) != nil { appendForwarded(section, to: &output) }
    }

    /// RFC 7239 §4: an IPv6 address stands in brackets and quotes.
    private func appendForwarded(_ section: FieldSection, to output: inout [UInt8]) {
        output.append(copying: "Forwarded: ")
        for line in section.lines where line.known == .forwarded {
            output.append(copying: section.bytes.span.extracting(line.value))
            output.append(copying: ", ")
        }
        let isIPv6 = peer.contains(UInt8(ascii: ":"))
        output.append(copying: isIPv6 ? "for=\"[" : "for=")
        output += peer
        output.append(copying: isIPv6 ? "]\"\r\n" : "\r\n")
    }
}
