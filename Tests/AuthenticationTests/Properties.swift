import Settings

@testable import Authentication

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// The value of a Cookie field: two readings of it find the same pairs, and when Clerk's cookie has been taken out nobody finds it in
/// what is left, however much white space they trim.
func fuzzCookies(_ bytes: Span<UInt8>) throws {
    let value = bytes.indices.map { bytes[$0] }
    var pairs = CookiePairs(of: value.indices)
    var found: [[UInt8]] = []
    while let pair = pairs.next(in: value) { found += [Array(value[pair.name]), Array(value[pair.value])] }
    if found != simplyRead(value) { throw Difference(description: "another reading finds other pairs") }

    let requirement = Requirement(mode: .clerk, isOptional: false, isSecure: true)
    let removal = CredentialRemoval(
        CredentialPlan(clerk: true, clerkSuffix: nil, legacy: []), Route.CredentialForwarding(),
        Evidence(nothingAskedBy: requirement),
        conflict: false)
    var left: [UInt8] = []
    let isAny = removal.appendCookies(of: value.indices, in: value, to: &left)
    if !isAny, !left.isEmpty { throw Difference(description: "something is left of nothing") }
    if leniently(left).contains(Array("__session".utf8)) { throw Difference(description: "Clerk's cookie can still be read") }
}

/// RFC 6265 §5.4 once more, by cutting: names and values in turn.
private func simplyRead(_ value: [UInt8]) -> [[UInt8]] {
    var pieces = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    // A semicolon ends a pair and begins none.
    if pieces.last?.isEmpty == true { pieces.removeLast() }
    return pieces.flatMap { piece -> [[UInt8]] in
        let whole = piece.first == UInt8(ascii: " ") ? piece.dropFirst() : piece
        let parts = whole.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return [[], Array(whole)] }
        let quote = UInt8(ascii: "\"")
        let isQuoted = parts[1].count >= 2 && parts[1].first == quote && parts[1].last == quote
        return [Array(parts[0]), Array(isQuoted ? parts[1].dropFirst().dropLast() : parts[1])]
    }
}

/// The names that an application finds that trims what it can.
private func leniently(_ value: [UInt8]) -> [[UInt8]] {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    return value.split(separator: UInt8(ascii: ";")).compactMap { piece in
        guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        return Array(piece[..<equals].drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
