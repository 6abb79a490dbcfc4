import Testing

@testable import ClerkAPI

@Suite struct KeyRefreshTests {
    private var refresh = KeyRefresh(refreshSeconds: 300, cooldownSeconds: 10, at: 0)

    @Test mutating func `the first fetch is due at once`() {
        #expect(refresh.due == 0)
        expect(refresh.timerFired(at: 0), 1)
        #expect(refresh.due == nil)
    }

    @Test mutating func `the next is due after the refresh time, a little earlier by jitter`() {
        _ = refresh.timerFired(at: 0)
        expect(refresh.finished(isSuccess: true, at: 100, jitter: 0), .sleep(until: 300_100))
        expect(refresh.timerFired(at: 300_099), nil)
        expect(refresh.timerFired(at: 300_100), 2)
        expect(refresh.finished(isSuccess: true, at: 300_200, jitter: 0.5), .sleep(until: 300_200 + 285_000))
    }

    @Test mutating func `a demand while idle begins a fetch for itself`() {
        _ = refresh.timerFired(at: 0)
        _ = refresh.finished(isSuccess: true, at: 1, jitter: 0)
        expect(refresh.demanded(at: 2), .begin(2))
    }

    @Test mutating func `a demand while a fetch runs waits for another one, which all later demands share`() {
        _ = refresh.timerFired(at: 0)
        expect(refresh.demanded(at: 1), .join(2))
        expect(refresh.demanded(at: 2), .join(2))
        expect(refresh.finished(isSuccess: true, at: 3, jitter: 0), .begin(2))
        expect(refresh.demanded(at: 4), .join(3))
    }

    @Test mutating func `the booked fetch begins also when the running one fails`() {
        _ = refresh.timerFired(at: 0)
        _ = refresh.demanded(at: 1)
        expect(refresh.finished(isSuccess: false, at: 3, jitter: 0), .begin(2))
    }

    @Test mutating func `when the limiter is empty a demand learns how long`() {
        _ = refresh.timerFired(at: 0)
        _ = refresh.demanded(at: 0)
        _ = refresh.finished(isSuccess: true, at: 1, jitter: 0)
        expect(refresh.demanded(at: 2), .join(3))
        _ = refresh.finished(isSuccess: true, at: 3, jitter: 0)
        expect(refresh.demanded(at: 4), .limited(milliseconds: 9_996))
        _ = refresh.finished(isSuccess: true, at: 5, jitter: 0)
        expect(refresh.demanded(at: 6), .limited(milliseconds: 9_994))
        expect(refresh.demanded(at: 10_000), .begin(4))
    }

    @Test mutating func `a joined fetch costs the limiter nothing`() {
        _ = refresh.timerFired(at: 0)
        for _ in 0..<10_000 { expect(refresh.demanded(at: 1), .join(2)) }
        _ = refresh.finished(isSuccess: true, at: 2, jitter: 0)
        expect(refresh.demanded(at: 2), .join(3))
    }

    @Test mutating func `failures back off, doubling up to a minute, and a success forgets them`() {
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<9 {
            _ = refresh.timerFired(at: now)
            guard case .sleep(let until) = refresh.finished(isSuccess: false, at: now, jitter: 0) else {
                Issue.record("booked"); return
            }
            pauses.append(until - now)
            now = max(until, now + 10_000)  // The limiter has its say as well.
        }
        #expect(pauses == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
        #expect(refresh.failuresInARow == 9)
        _ = refresh.timerFired(at: now)
        expect(refresh.finished(isSuccess: true, at: now, jitter: 0), .sleep(until: now + 300_000))
        #expect(refresh.failuresInARow == 0)
    }

    @Test mutating func `jitter halves a back-off at most`() {
        _ = refresh.timerFired(at: 0)
        expect(refresh.finished(isSuccess: false, at: 0, jitter: 0.999), .sleep(until: 501))
    }

    @Test mutating func `a timer that finds the limiter empty moves on and drops nothing`() {
        for number in 1...3 {
            expect(refresh.demanded(at: 0), .begin(UInt64(number)))
            _ = refresh.finished(isSuccess: false, at: 0, jitter: 0)
        }
        expect(refresh.timerFired(at: 4_000), nil)
        #expect(refresh.due == 10_000)
        expect(refresh.timerFired(at: 10_000), 4)
    }

    @Test mutating func `a late timer during a fetch does nothing`() {
        _ = refresh.timerFired(at: 0)
        expect(refresh.timerFired(at: 1_000_000), nil)
    }
}
