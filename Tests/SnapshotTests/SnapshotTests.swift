import Snapshot
import Testing

@Suite struct SnapshotTests {
    @Test func `a snapshot keeps its value until it is refreshed`() {
        let published = Published("first")
        var snapshot = Snapshot(published)
        published.publish("second")
        #expect(snapshot.value == "first" && snapshot.version == 1)
        let isNew = snapshot.refresh()
        #expect(isNew && snapshot.value == "second" && snapshot.version == 2)
    }

    @Test func `nothing new is no refresh, and several publications are one`() {
        let published = Published(0)
        var snapshot = Snapshot(published)
        let before = snapshot.refresh()
        for value in 1...5 { published.publish(value) }
        let (first, second) = (snapshot.refresh(), snapshot.refresh())
        #expect([before, first, second] == [false, true, false])
        #expect(snapshot.value == 5 && snapshot.version == 6)
    }

    @Test func `whoever reads meanwhile sees a value with its own version, and versions only grow`() async {
        let published = Published(UInt64(1))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var (snapshot, last) = (Snapshot(published), UInt64(0))
                    while snapshot.value < 2_000 {
                        _ = snapshot.refresh()
                        guard snapshot.value == snapshot.version, snapshot.version >= last else { return false }
                        last = snapshot.version
                        await Task.yield()
                    }
                    return true
                }
            }
            group.addTask {
                for value in UInt64(2)...2_000 {
                    published.publish(value)
                    await Task.yield()
                }
                return true
            }
            for await isSound in group { #expect(isSound) }
        }
    }

    @Test func `no addition behind a lock is lost`() async {
        let sum = Guarded(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<1_000 { sum.withLock { $0 += 1 } } } }
        }
        let total = sum.withLock { $0 }
        #expect(total == 8_000)
    }
}
