import Routing
import Settings
import Testing

@Suite("PathCanonicalizer") struct PathCanonicalizerTests {
    private func canonical(_ path: String, _ slashes: PathRules.Slashes = .merge) throws -> String {
        var rules = PathRules()
        rules.slashes = slashes
        var output: [UInt8] = []
        let found = try PathCanonicalizer(rules).canonicalize(path.utf8.span, into: &output)
        #expect(found.isRewritten == !output.isEmpty)
        return found.isRewritten ? String(decoding: output, as: UTF8.self) : path
    }

    private func form(_ path: String) throws -> CanonicalPath {
        var output: [UInt8] = []
        return try PathCanonicalizer(PathRules()).canonicalize(path.utf8.span, into: &output)
    }

    @Test(arguments: [
        "/", "/api/users/42", "/a/", "/a.b/...", "/.well-known/x", "/..a", "/a..", "/a/.b", "/%20", "/%C3%A9", "/a%2Fb", "/a;b=c",
        "/~user/a_b-c",
        "/@:!$&'()*+,=", "/%25", "/%252e%252e/", "/%3F%23",
    ])
    func `a canonical path is left as it is, without a copy`(path: String) throws {
        var output: [UInt8] = [1]
        let found = try PathCanonicalizer(PathRules()).canonicalize(path.utf8.span, into: &output)
        #expect(!found.isRewritten)
        #expect(output == [1])
    }

    @Test(arguments: [
        ("/%41%7a%30", "/Az0"), ("/%7euser", "/~user"), ("/%2ehidden", "/.hidden"), ("/file%2Etxt", "/file.txt"),
        ("/a%2fb", "/a%2Fb"),
        ("/%c3%a9", "/%C3%A9"), ("//", "/"), ("//a///b//", "/a/b/"), ("/%e2%82%aC", "/%E2%82%AC"), ("/%5f%2d", "/_-"),
        ("//evil.example/x", "/evil.example/x"),
    ])
    func `a path is brought into its canonical form`(path: String, expected: String) throws {
        #expect(try canonical(path) == expected)
        #expect(try canonical(expected) == expected)
    }

    @Test(arguments: [
        ("", PathRefusal.notAbsolute), ("a/b", .notAbsolute), ("*", .notAbsolute), ("http://x/", .notAbsolute), ("/%", .badEscape),
        ("/%4", .badEscape),
        ("/%4g", .badEscape), ("/%g4", .badEscape), ("/%u002e", .badEscape), ("/%%41", .badEscape), ("/% 41", .badEscape),
        ("/%00", .encodedNull),
        ("/a%00.png", .encodedNull), ("/a\0", .control), ("/a\tb", .control), ("/a b", .control), ("/a\r\nb", .control),
        ("/a\u{7F}", .control),
        ("/%0d%0aX:1", .control), ("/%0A", .control), ("/%1f", .control), ("/%7F", .control), ("/%09", .control), ("/é", .notASCII),
        ("/a#b", .delimiter), ("/a?b", .delimiter), ("/a\\b", .backslash), ("/a%5cb", .backslash), ("/a%5Cb", .backslash),
        ("/\\..\\b", .backslash),
    ])
    func `an ambiguous path is refused with its reason`(path: String, reason: PathRefusal) {
        #expect(throws: reason) { try canonical(path) }
    }

    @Test(arguments: [
        "/.", "/..", "/./", "/../", "/a/.", "/a/..", "/a/./b", "/a/../b", "/%2e", "/%2E", "/%2e%2e", "/.%2e/a", "/%2E./a",
        "/a/%2e%2E/b", "/a//../b", "//..",
        "/..;/", "/..;a=b/c", "/.;x", "/a/..;/b", "/%2e%2e;/", "/..%3b/", "/..%3Bx/a", "/a%2f..", "/a%2F..%2Fb", "/..%2fadmin",
        "/a%2f.", "/a%2f%2e%2e/b",
        "/..%5cadmin",
    ])
    func `a dot segment is refused under every spelling`(path: String) {
        #expect(throws: PathRefusal.dotSegment) { try canonical(path) }
    }

    @Test(arguments: ["//", "/a//b", "/a//"])
    func `repeated slashes are refused where the settings say so`(path: String) {
        #expect(throws: PathRefusal.emptySegment) { try canonical(path, .refuse) }
    }

    @Test func `an encoded slash and parameters are reported`() throws {
        #expect(try form("/a%2fb").hasEncodedSlash)
        #expect(try !form("/a/b").hasEncodedSlash)
        #expect(try !form("/a%252fb").hasEncodedSlash)
        #expect(try form("/a;b").hasParameters)
        #expect(try form("/a%3Bb").hasParameters)
        #expect(try !form("/a,b").hasParameters)
    }

    @Test func `random bytes are either refused or brought into a form that stays`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Xorshift(seed)
        let alphabet = Array("/.%2eEfF5cC;abA~#?\\\u{0}\u{1F}z".utf8)
        for _ in 0..<20_000 {
            var path: [UInt8] = [47]
            for _ in 0..<Int(random.next() % 12) { path.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
            var output: [UInt8] = []
            guard let found = try? PathCanonicalizer(PathRules()).canonicalize(path.span, into: &output) else { continue }
            let result = found.isRewritten ? output : path
            var again: [UInt8] = []
            let second = try? PathCanonicalizer(PathRules()).canonicalize(result.span, into: &again)
            #expect(second?.isRewritten == false, "seed \(seed): \(String(decoding: path, as: UTF8.self))")
            for segment in naivelyDecoded(result).split(separator: 47) {
                let name = segment.prefix { $0 != 59 }
                #expect(name != [46] && name != [46, 46], "seed \(seed): \(String(decoding: path, as: UTF8.self))")
            }
        }
    }

    private func naivelyDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 37, let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16) {
                result.append(value)
                index += 2
            } else {
                result.append(bytes[index])
            }
            index += 1
        }
        return result
    }
}

/// A small generator whose seed a failing test prints.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
