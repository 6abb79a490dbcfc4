import Sockets
import Synchronization
import Testing

@Suite struct LoopTests {
    @Test func `work posted from another thread runs on the loop, in order`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        let seen = await withCheckedContinuation { (done: CheckedContinuation<[Int], Never>) in
            let order = Order()
            for index in 0..<100 { loop.post { order.values.append(index) } }
            loop.post { done.resume(returning: order.values) }
        }
        #expect(seen == Array(0..<100))
        loop.stop()
    }

    @Test func `a task stays on its loop across waits`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        let stayed = await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
            loop.spawn {
                let before = Loop.current === loop
                await sleep(milliseconds: 1)
                done.resume(returning: before && Loop.current === loop)
            }
        }
        #expect(stayed)
        loop.stop()
    }

    @Test func `an answer from another thread reaches the task that asked`() async throws {
        let (asker, answerer) = (try Loop(name: "asker"), try Loop(name: "answerer"))
        asker.start()
        answerer.start()
        let answers = await withCheckedContinuation { (done: CheckedContinuation<[Int?], Never>) in
            asker.spawn {
                var answers: [Int?] = []
                for index in 0..<50 {
                    answers.append(await ask(timeoutMilliseconds: 5000) { reply in answerer.post { reply(index * 2) } })
                }
                done.resume(returning: answers)
            }
        }
        #expect(answers == (0..<50).map { $0 * 2 })
        asker.stop()
        answerer.stop()
    }

    @Test func `a question without an answer ends with its deadline, and a late answer is dropped`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        let (answer, late) = await withCheckedContinuation { (done: CheckedContinuation<(Int?, UInt64), Never>) in
            loop.spawn {
                let kept = Kept<ReplyPort<Int>>()
                let answer: Int? = await ask(timeoutMilliseconds: 1) { kept.value = $0 }
                kept.value?(7)
                await sleep(milliseconds: 1)
                done.resume(returning: (answer, loop.lateReplies))
            }
        }
        #expect(answer == nil)
        #expect(late == 1)
        loop.stop()
    }
}

private final class Order: @unchecked Sendable { var values: [Int] = [] }
private final class Kept<Value>: @unchecked Sendable { var value: Value? }
