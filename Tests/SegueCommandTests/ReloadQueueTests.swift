import Testing

@testable import SegueCommand

@Suite("ReloadQueue") struct ReloadQueueTests {
    @Test func `the first to ask begins, and one load answers all who ask before it`() {
        var queue = ReloadQueue()
        let begins = [queue.add(force: false), queue.add(force: false)]
        #expect(begins == [true, false])
        let loads = [queue.next(), queue.next()]
        #expect(loads == [false, nil])
    }

    @Test func `a force that comes behind a change is not lost`() {
        var queue = ReloadQueue()
        for force in [false, true, false] { _ = queue.add(force: force) }
        let load = queue.next()
        #expect(load == true)
    }

    @Test func `what is asked for while a load is under way is loaded behind it, by whoever is at it`() {
        var queue = ReloadQueue()
        let begins = queue.add(force: true)
        let first = queue.next()
        let beginsMeanwhile = queue.add(force: false)
        let rest = [queue.next(), queue.next()]
        let beginsAfterwards = queue.add(force: false)
        #expect([begins, beginsMeanwhile, beginsAfterwards] == [true, false, true])
        #expect(first == true)
        #expect(rest == [false, nil])
    }
}
