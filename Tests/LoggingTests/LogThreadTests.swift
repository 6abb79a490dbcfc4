import Logging
import Testing

@Suite struct LogThreadTests {
    @Test func `lines that many write at once come whole, and each writer's in their order`() async throws {
        let sink = try Sink()
        let log = LogThread(descriptor: sink.writer)
        let writers = 8
        let blocks = 200
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for block in 0..<blocks { log.write(bytes("\(writer) \(block)a\n\(writer) \(block)b\n")) }
                }
            }
        }
        let lines = sink.lines(writers * blocks * 2)
        for writer in 0..<writers {
            let own = lines.filter { $0.hasPrefix("\(writer) ") }
            #expect(own == (0..<blocks).flatMap { ["\(writer) \($0)a", "\(writer) \($0)b"] })
        }
        #expect(log.dropped == 0)
    }

    @Test(arguments: [false, true])
    func `a reader that stalls costs whole lines, which are counted, and keeps nobody waiting`(_ nonBlocking: Bool) throws {
        let sink = try Sink(nonBlocking: nonBlocking)
        let log = LogThread(descriptor: sink.writer)
        let padding = String(repeating: "x", count: 1 << 14)
        var (taken, refused): ([String], UInt64) = ([], 0)
        for number in 0..<640 {
            let lines = ["\(number) \(padding)", "\(number) end"]
            if log.write(bytes(lines.joined(separator: "\n") + "\n")) { taken += lines } else { refused += 2 }
        }
        // Of 10 MB the queue holds 4, and the thread that writes as many once more.
        #expect(refused > 0)
        #expect(log.dropped == refused)
        log.drain(milliseconds: 1)
        #expect(sink.lines(taken.count) == taken)
        log.write(bytes("afterwards\n"))
        #expect(sink.lines(1) == ["afterwards"])
        #expect(log.dropped == refused)
    }

    @Test func `lines for a reader that is gone are lost and counted`() throws {
        let sink = try Sink()
        let log = LogThread(descriptor: sink.writer)
        sink.breakOff()
        log.write(bytes("one\ntwo\n"))
        log.drain(milliseconds: 5000)
        #expect(log.dropped == 2)
        sink.reopen()
        log.write(bytes("three\n"))
        #expect(sink.lines(1) == ["three"])
        #expect(log.dropped == 2)
    }

    @Test func `a line that broke off is not the beginning of the next`() throws {
        let sink = try Sink()
        let log = LogThread(descriptor: sink.writer)
        log.write(bytes(String(repeating: "x", count: 1 << 20) + "\nlost\n"))
        // The pipe is full: the first line is on its way.
        #expect(sink.fills(to: 1 << 16))
        sink.breakOff()
        log.drain(milliseconds: 5000)
        #expect(log.dropped == 2)
        sink.reopen()
        log.write(bytes("next\n"))
        let lines = sink.lines(2)
        #expect(lines.first?.allSatisfy { $0 == "x" } == true)
        #expect(lines.dropFirst() == ["next"])
    }

    @Test func `what was handed over is written when drain returns`() throws {
        let sink = try Sink()
        let log = LogThread(descriptor: sink.writer)
        for _ in 0..<100 { log.write(bytes("line\n")) }
        log.drain(milliseconds: 5000)
        #expect(sink.waiting == 500)
    }
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
