import HTTP
import Routing
import Settings

@testable import Authentication

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// The value of a Cookie field: two readings of it find the same pairs, and when Clerk's cookie has been taken out nobody finds it in
/// what is left, however much white space they trim; nor, in whatever spelling, a cookie whose word proves nothing.
func fuzzCookies(_ bytes: Span<UInt8>) throws {
    let value = bytes.indices.map { bytes[$0] }
    var pairs = CookiePairs(of: value.indices)
    var found: [[UInt8]] = []
    while let pair = pairs.next(in: value) { found += [Array(value[pair.name]), Array(value[pair.value])] }
    if found != simplyRead(value) { throw Difference(description: "another reading finds other pairs") }

    let removal = removal()
    var left: [UInt8] = []
    let isAny = removal.appendCookies(of: value.indices, in: value, to: &left)
    if !isAny, !left.isEmpty { throw Difference(description: "something is left of nothing") }
    if leniently(left).contains(Array("__session".utf8)) { throw Difference(description: "Clerk's cookie can still be read") }
    left = []
    _ = unprovedRemoval.appendCookies(of: value.indices, in: value, to: &left)
    if mostLeniently(left).contains(Array("who".utf8)) { throw Difference(description: "somebody is still named without proof") }
}

/// A query, or a form: of what is left of a query nobody, however lenient, learns an id that is not proved; what is set is all that
/// anybody finds, and where an id is required nobody finds another.
func fuzzQuery(_ bytes: Span<UInt8>) throws {
    let query = bytes.indices.map { bytes[$0] }
    if (try? requirements?.content.check(bytes, .urlEncoded, for: caller)) != nil { try holdAgainst(query, isSet: false) }
    // Others are in no target that was parsed.
    guard query.allSatisfy({ (0x21...0x7E).contains($0) }) else { return }
    var left: [UInt8] = []
    unprovedRemoval.appendQuery(query.indices, in: query, to: &left)
    for reader in LenientQuery.all where !reader.values(of: "user_id", in: left).isEmpty {
        throw Difference(description: "somebody is still named without proof")
    }
    for (rewriter, isSet) in [(setsID, true), (requiresID, false)] {
        var output: [UInt8] = []
        do throws(QueryRefusal) {
            try rewriter.rewrite(bytes, for: caller, into: &output)
        } catch {
            continue
        }
        try holdAgainst(output, isSet: isSet)
    }
}

private func holdAgainst(_ query: [UInt8], isSet: Bool) throws {
    for reader in LenientQuery.all {
        let values = reader.values(of: "user_id", in: query)
        guard values.allSatisfy({ $0 == Array("7".utf8) }), !isSet || values.count == 1 else {
            throw Difference(description: "another id can be read than the caller's")
        }
    }
}

private let caller = CallerValues(userID: "7", clerkUserID: nil)
private let requirements: Requirements? = {
    var route = Route(name: "r", match: Route.Match(host: nil, path: "/*", methods: []), origin: 0, mode: .dual)
    route.requireForm = userID
    return Requirements(route)
}()
private let userID = [Route.Parameter(name: "user_id", template: .userID)]
private let setsID = QueryRewriter(set: userID, require: [])
private let requiresID = QueryRewriter(set: [], require: userID)

private func removal(_ legacy: [LegacySettings] = [], contradiction: Bool = false) -> CredentialRemoval {
    CredentialRemoval(
        CredentialPlan(clerk: true, clerkSuffix: nil, legacy: legacy), Route.CredentialForwarding(),
        Evidence(nothingAskedBy: Requirement(mode: .clerk, isOptional: false, isSecure: true)), conflict: false,
        contradiction: contradiction)
}

/// Where an id without proof says, or may say, that somebody else is calling.
private var unprovedRemoval: CredentialRemoval {
    var entry = LegacySettings(name: "who", from: [.cookie("who"), .query("user_id")], kind: .asserted)
    entry.insecure = true
    return removal([entry], contradiction: true)
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

/// The names that some application finds that splits at commas and white space as well, decodes names, takes quotation marks off their
/// ends and ignores case.
private func mostLeniently(_ value: [UInt8]) -> [[UInt8]] {
    func isTrimmed(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "\"") }
    return value.split { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") || $0 <= 0x20 || (0x7F...0xA0).contains($0) }.map {
        piece in
        let name = piece.prefix { $0 != UInt8(ascii: "=") }
        let decoded = PercentDecoding.decode(name.indices, in: value).map(\.asciiLowercased)
        return decoded.drop(while: isTrimmed).reversed().drop(while: isTrimmed).reversed()
    }
}
