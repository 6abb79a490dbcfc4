import Sockets
import Testing

@Suite struct StrandTests {
    private func onLoop(_ body: @escaping @Sendable (Loop) async -> Wake) async throws -> Wake {
        let loop = try Loop(name: "strand")
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn { done.resume(returning: await body(loop)) }
        }
    }

    @Test func `a wake that comes before the parking is not lost`() async throws {
        let wake = try await onLoop { loop in
            let strand = Strand(on: loop)
            defer { strand.retire() }
            strand.wake()
            return await strand.park(until: loop.deadline(inSeconds: 60))
        }
        #expect(wake == .ready)
    }

    @Test func `two such wakes are one`() async throws {
        let wake = try await onLoop { loop in
            let strand = Strand(on: loop)
            defer { strand.retire() }
            strand.wake()
            strand.wake()
            _ = await strand.park(until: loop.deadline(inSeconds: 60))
            return await strand.park(until: loop.deadline(in: 50))
        }
        #expect(wake == .timeout)
    }

    @Test func `a deadline that passed before the parking ends it`() async throws {
        let wake = try await onLoop { loop in
            let strand = Strand(on: loop)
            defer { strand.retire() }
            return await strand.park(until: loop.deadline(in: -1_000))
        }
        #expect(wake == .timeout)
    }

    /// In which turns of the loop so many strands were told that their common time is over; each leaves on being told.
    private func turnsOfTimeouts(_ count: Int) async throws -> [UInt64] {
        let loop = try Loop(name: "strand")
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn {
                let turns = Turns()
                let deadline = loop.deadline(in: 20)
                for _ in 0..<count {
                    loop.spawn {
                        let strand = Strand(on: loop)
                        if await strand.park(until: deadline) == .timeout { turns.all.append(loop.turnCount) }
                        strand.retire()
                        if turns.all.count == count { done.resume(returning: turns.all) }
                    }
                }
            }
        }
    }

    /// Touched on one loop only.
    private final class Turns: @unchecked Sendable { var all: [UInt64] = [] }

    @Test func `a crowd whose time is over together is told in several turns, and each of it once`() async throws {
        let turns = try await turnsOfTimeouts(1_000)
        #expect(turns.count == 1_000)
        #expect(Dictionary(grouping: turns) { $0 }.values.allSatisfy { $0.count <= 8 })
    }

    @Test(arguments: [1, 7, 8, 9, 16]) func `a crowd of any size is told`(count: Int) async throws {
        #expect(try await turnsOfTimeouts(count).count == count)
    }

    /// What a strand that rests without a task is told, by whoever `wakes` it.
    private func rested(until milliseconds: Int, _ wakes: @escaping @Sendable (Loop, Strand) -> Void) async throws -> [Wake] {
        let loop = try Loop(name: "strand")
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn {
                let strand = Strand(on: loop)
                var told: [Wake] = []
                strand.rest(until: loop.deadline(in: milliseconds)) { told.append($0) }
                wakes(loop, strand)
                await sleep(milliseconds: 300)
                strand.retire()
                done.resume(returning: told)
            }
        }
    }

    @Test func `who rests is told once`() async throws {
        let told = try await rested(until: 60_000) { _, strand in
            strand.wake()
            strand.wake(.timeout)
        }
        #expect(told == [.ready])
    }

    @Test func `who rests too long is told so`() async throws {
        #expect(try await rested(until: 50) { _, _ in } == [.timeout])
    }

    @Test func `a drain finds who rests, if it is idle`() async throws {
        let told = try await rested(until: 60_000) { loop, strand in
            strand.isIdle = true
            loop.wakeIdleStrands()
        }
        #expect(told == [.draining])
    }

    @Test func `a wake that comes before the rest is not lost`() async throws {
        let wake = try await onLoop { loop in
            let strand = Strand(on: loop)
            defer { strand.retire() }
            strand.wake()
            var told: Wake?
            strand.rest(until: .never) { told = $0 }
            return told ?? .timeout
        }
        #expect(wake == .ready)
    }
}
