import HTTP
import Routing
import Settings

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// A path: what is accepted has one canonical form, hides no dot segment from whoever decodes it once more, and is matched as a slow and
/// simple reading of the rules says.
func fuzzPath(_ bytes: Span<UInt8>) throws {
    for slashes in [PathRules.Slashes.merge, .refuse] {
        var rules = PathRules()
        rules.slashes = slashes
        var output: [UInt8] = []
        guard let found = try? PathCanonicalizer(rules).canonicalize(bytes, into: &output) else { continue }
        let path = found.isRewritten ? output : bytes.indices.map { bytes[$0] }
        var again: [UInt8] = []
        guard try !PathCanonicalizer(rules).canonicalize(path.span, into: &again).isRewritten else {
            throw Difference(description: "the canonical form has another one")
        }
        try readAsOthersDo(path)
        try match(path, found)
    }
}

/// As an origin might: decoded once, and cut at every slash, encoded or not, and at `;`.
private func readAsOthersDo(_ path: [UInt8]) throws {
    let decoded = decodedOnce(path)
    if decoded.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) {
        throw Difference(description: "a control or a backslash is left")
    }
    if zip(path, path.dropFirst()).contains(where: { $0 == UInt8(ascii: "/") && $1 == UInt8(ascii: "/") }) {
        throw Difference(description: "two slashes are left")
    }
    for segment in decoded.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        let name = Array(segment.prefix { $0 != UInt8(ascii: ";") })
        if name == Array(".".utf8) || name == Array("..".utf8) { throw Difference(description: "a dot segment is left") }
    }
}

private func match(_ path: [UInt8], _ found: CanonicalPath) throws {
    let expected = naive.match(String(decoding: path, as: UTF8.self), host: "x.test", method: .get)
    var matched: Int?
    do throws(RoutingRefusal) {
        matched = try table.match(path.span, found, authority: "x.test".utf8.span, method: .get).index
    } catch {
        // Refused for what stands in it, not for want of a route.
        guard error == .noRoute else { return }
    }
    if matched != expected { throw Difference(description: "it is matched by \(matched ?? -1), not by \(expected ?? -1)") }
}

private let settings = RouteLines.settings(
    [
        "- - /", "GET - /a", "- - /a/{b}", "- - /a/b/c", "- - /a/{b}/d/*", "- x.test /h/*", "- - /I/j", "- - /e/{x}", "- - /k",
        "- - /~m/*",
    ], caseInsensitive: [6], encodedSlash: [4, 7])
private let table = RouteTable(settings)
private let naive = NaiveMatcher(settings)

private func decodedOnce(_ path: [UInt8]) -> [UInt8] {
    var (decoded, index) = ([UInt8](), 0)
    while index < path.count {
        let digits = path[min(index + 1, path.count)..<min(index + 3, path.count)]
        if path[index] == UInt8(ascii: "%"), let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
            decoded.append(value)
            index += 3
        } else {
            decoded.append(path[index])
            index += 1
        }
    }
    return decoded
}
