package import HTTP
package import Settings

/// Where Clerk's token may stand in a request for an Upgrade on one route, beside Authorization and cookies: a browser
/// can give a WebSocket nothing else than a URL and names of subprotocols (RFC 6455 §4.1).
package final class UpgradeTokens: Sendable {
    private let parameters: [[UInt8]]
    private let prefixes: [[UInt8]]

    package init(_ sources: [Route.UpgradeSource]) {
        parameters = sources.compactMap { if case .query(let name) = $0 { Array(name.utf8) } else { nil } }
        prefixes = sources.compactMap { if case .subprotocol(let prefix) = $0 { Array(prefix.utf8) } else { nil } }
    }

    var readsQuery: Bool { !parameters.isEmpty }
    var readsProtocols: Bool { !prefixes.isEmpty }

    /// Whether the parameter is a token's, in any encoding of its name.
    func reads(parameter name: Range<Int>, in bytes: [UInt8]) -> Bool {
        let decoded = PercentDecoding.isNeeded(name, in: bytes) ? PercentDecoding.decode(name, in: bytes) : Array(bytes[name])
        return parameters.contains(decoded)
    }

    /// The name that holds a token, where the client offered no other.
    package func onlyProtocol(in section: FieldSection) -> Range<Int>? {
        var only: Range<Int>?
        for line in section.lines where line.known == .secWebSocketProtocol {
            var names = ListElements(of: line.value)
            while let name = names.next(in: section.bytes) {
                guard only == nil, tokenStart(ofProtocol: name, in: section.bytes) != nil else { return nil }
                only = name
            }
        }
        return only
    }

    /// Where the token of a subprotocol's name begins; `nil` where the name holds none.
    func tokenStart(ofProtocol name: Range<Int>, in bytes: [UInt8]) -> Int? {
        for prefix in prefixes where bytes[name].starts(with: prefix) { return name.lowerBound + prefix.count }
        return nil
    }
}

extension CredentialPlan {
    func upgrade(for requirement: Requirement) -> UpgradeTokens? {
        guard let route = requirement.upgradeRoute, upgrades.indices.contains(route) else { return nil }
        return upgrades[route]
    }

    func findTokens(of upgrade: UpgradeTokens, in head: RequestHead, _ found: inout FoundCredentials) {
        let bytes = head.section.bytes
        if upgrade.readsQuery, let query = head.query {
            var parameters = QueryParameters(of: query)
            while let parameter = parameters.next(in: bytes) {
                guard !parameter.value.isEmpty, upgrade.reads(parameter: parameter.name, in: bytes) else { continue }
                let isEncoded = PercentDecoding.isNeeded(parameter.value, in: bytes)
                found.add(FoundCredential(upgrade: parameter.value, in: .query, isEncoded: isEncoded))
            }
        }
        guard upgrade.readsProtocols else { return }
        for line in head.section.lines where line.known == .secWebSocketProtocol {
            var names = ListElements(of: line.value)
            while let name = names.next(in: bytes) {
                guard let start = upgrade.tokenStart(ofProtocol: name, in: bytes), start < name.upperBound else { continue }
                found.add(FoundCredential(upgrade: start..<name.upperBound, in: .field, isEncoded: false))
            }
        }
    }
}

extension CredentialRemoval {
    /// Whether `Sec-WebSocket-Protocol` is written anew, by `appendProtocols`.
    package var rewritesProtocols: Bool { upgrade?.readsProtocols ?? false }

    /// Appends the field with the names that hold no token, unless none is left.
    package func appendProtocols(of section: FieldSection, to output: inout [UInt8]) {
        guard let upgrade else { return }
        var isFirst = true
        for line in section.lines where line.known == .secWebSocketProtocol {
            var names = ListElements(of: line.value)
            while let name = names.next(in: section.bytes) {
                guard upgrade.tokenStart(ofProtocol: name, in: section.bytes) == nil else { continue }
                output.append(contentsOf: (isFirst ? "Sec-WebSocket-Protocol: " : ", ").utf8)
                output.append(contentsOf: section.bytes[name])
                isFirst = false
            }
        }
        if !isFirst { output.append(contentsOf: "\r\n".utf8) }
    }
}

/// The elements of a list in a field value (RFC 9110 §5.6.1); empty ones are skipped.
struct ListElements {
    private var position: Int
    private let end: Int

    init(of value: Range<Int>) { (position, end) = (value.lowerBound, value.upperBound) }

    mutating func next(in bytes: [UInt8]) -> Range<Int>? {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        while position < end {
            while position < end, isSpace(bytes[position]) { position += 1 }
            let start = position
            while position < end, bytes[position] != UInt8(ascii: ",") { position += 1 }
            var last = position
            position += 1
            while last > start, isSpace(bytes[last - 1]) { last -= 1 }
            if last > start { return start..<last }
        }
        return nil
    }
}
