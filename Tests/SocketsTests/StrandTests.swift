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
            return await strand.park(until: .never)
        }
        #expect(wake == .ready)
    }

    @Test func `two such wakes are one`() async throws {
        let wake = try await onLoop { loop in
            let strand = Strand(on: loop)
            defer { strand.retire() }
            strand.wake()
            strand.wake()
            _ = await strand.park(until: .never)
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
}
