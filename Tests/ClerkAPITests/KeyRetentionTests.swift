import Testing

@testable import ClerkAPI

@Suite struct KeyRetentionTests {
    private var retention = KeyRetention<String>(overlapSeconds: 90)

    @Test mutating func `the first set is a change and the same set again is none, in any order`() {
        expect(retention.adopt(["a", "b"], at: 0), true)
        expect(retention.adopt(["b", "a"], at: 1), false)
        #expect(Set(retention.keys) == ["a", "b"])
    }

    @Test mutating func `a key that leaves is no change until its overlap is over`() {
        _ = retention.adopt(["a", "b"], at: 0)
        expect(retention.adopt(["a"], at: 1), false)
        expect(retention.expire(at: 90_001), true)
    }

    @Test mutating func `a key that left stays for the overlap, behind the new one`() {
        _ = retention.adopt(["old"], at: 0)
        expect(retention.adopt(["new"], at: 1_000), true)
        #expect(retention.keys == ["new", "old"])
        #expect(retention.nextExpiry == 91_000)
        expect(retention.expire(at: 90_999), false)
        expect(retention.expire(at: 91_000), true)
        #expect(retention.keys == ["new"])
        #expect(retention.nextExpiry == nil)
    }

    @Test mutating func `fetching the new set again does not prolong the old key`() {
        _ = retention.adopt(["old"], at: 0)
        _ = retention.adopt(["new"], at: 1_000)
        expect(retention.adopt(["new"], at: 80_000), false)
        #expect(retention.nextExpiry == 91_000)
        expect(retention.adopt(["new"], at: 91_000), true)
    }

    @Test mutating func `a key that comes back is current again`() {
        _ = retention.adopt(["a"], at: 0)
        _ = retention.adopt(["b"], at: 1)
        expect(retention.adopt(["a"], at: 2), false)
        #expect(retention.keys == ["a", "b"])
        #expect(retention.retired.map(\.key) == ["b"])
    }

    @Test mutating func `several generations stand newest first`() {
        _ = retention.adopt(["a"], at: 0)
        _ = retention.adopt(["b"], at: 1)
        _ = retention.adopt(["c"], at: 2)
        #expect(retention.keys == ["c", "b", "a"])
    }

    @Test func `without an overlap a key ends when it leaves`() {
        var retention = KeyRetention<String>(overlapSeconds: 0)
        _ = retention.adopt(["a"], at: 0)
        expect(retention.adopt(["b"], at: 1), true)
        #expect(retention.keys == ["b"])
    }
}
