import Testing

/// Random damage to good and bad messages: nothing may crash, and what is still accepted must mean the same once it
/// has been written again.
@Suite struct MutationTests {
    @Test func `mutated requests are refused or survive being written again`() throws {
        try mutate(Corpus.requests, with: fuzzRequestHead)
    }

    @Test func `mutated responses are refused or survive being written again`() throws {
        try mutate(Corpus.responses, with: fuzzResponseHead)
    }

    @Test func `mutated chunks are refused or survive being written again`() throws {
        try mutate(Corpus.chunked, with: fuzzChunked)
    }

    private func mutate(_ corpus: [String], with fuzz: (Span<UInt8>) throws -> Void) throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("mutation seed \(seed)")
        var random = XorShift(state: seed)
        for round in 0..<20_000 {
            let bytes = random.mutation(of: Array(corpus[round % corpus.count].utf8))
            do {
                try fuzz(bytes.span)
            } catch {
                Issue.record(
                    "seed \(seed), round \(round): \(error) for \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return
            }
        }
    }
}

private struct XorShift {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    /// Up to four bytes replaced, inserted, removed or repeated; what matters to HTTP comes up most.
    mutating func mutation(of original: [UInt8]) -> [UInt8] {
        let telling = Array("\r\n\0 \t:;,0159afx?#*/%[]@\\\u{7F}".utf8) + [0x80, 0xFF]
        var bytes = original
        for _ in 0...next(4) {
            let index = next(bytes.count + 1)
            let byte = next(4) == 0 ? UInt8(next(256)) : telling[next(telling.count)]
            switch next(4) {
            case 0 where index < bytes.count: bytes[index] = byte
            case 1 where index < bytes.count: bytes.remove(at: index)
            case 2 where index < bytes.count:
                let end = min(bytes.count, index + 1 + next(20))
                bytes.insert(contentsOf: Array(bytes[index..<end]), at: next(bytes.count + 1))
            default: bytes.insert(byte, at: index)
            }
        }
        return bytes
    }
}
