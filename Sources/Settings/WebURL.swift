/// The parts of an `http` or `https` URL that settings may name (RFC 3986 §3), strictly: no user, no query, no fragment.
struct WebURL: Hashable {
    let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    let port: UInt16?
    /// Empty, or with its leading slash.
    let path: String

    init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        switch text[..<scheme.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        let rest = text[scheme.upperBound...]
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }), !rest.contains(where: { "@?#".contains($0) }) else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        guard let parts = HostAndPort(authority), !parts.host.isEmpty else { return nil }
        (host, port) = (parts.host.lowercased(), parts.port)
    }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") && IPAddress(host) != nil }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
struct HostAndPort: Hashable {
    let host: String
    let port: UInt16?

    init?(_ text: some StringProtocol) {
        let portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let address = String(text[text.index(after: text.startIndex)..<end])
            guard address.contains(":"), IPAddress(address) != nil else { return nil }
            host = address
            let rest = Substring(text[text.index(after: end)...])
            guard rest.isEmpty || rest.first == ":" else { return nil }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, HostAndPort.isHost(String(parts[0])) else { return nil }
            host = String(parts[0])
            portText = parts.count == 2 ? Substring(parts[1]) : nil
        }
        guard let portText else {
            port = nil
            return
        }
        guard portText.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(portText) else { return nil }
        port = number
    }

    /// Letters, digits, `-`, `_` (which container networks use) and dots between labels.
    static func isHost(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63
                && label.utf8.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
                }
        }
    }
}
