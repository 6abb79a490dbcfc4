import Settings
import Snapshot
import Sockets
import Testing

@testable import Gateway

@Suite("OriginPool") struct OriginPoolTests {
    @Test func `a connection in use keeps its pool, which nobody else holds once the settings have changed`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        defer { loop.stop() }
        let isGone = await withCheckedContinuation { done in
            loop.spawn { done.resume(returning: await useBehindItsPool(on: loop)) }
        }
        #expect(isGone == [false, true])
    }
}

/// Whether the pool is gone while a connection of it is in use, and when that is over.
private func useBehindItsPool(on loop: Loop) async -> [Bool?] {
    guard
        let listener = try? ListeningSocket(
            on: Address("127.0.0.1:0")!, loop: loop, accepted: { $0.close() }, refused: { _ in })
    else { return [] }
    defer { listener.close() }
    let strand = Strand(on: loop)
    defer { strand.retire() }
    var pool: OriginPool? = OriginPool(
        origin: Origin(name: "api", servers: []), servers: Published([listener.address]), loop: loop,
        buffers: BufferPool(blockBytes: 1024, blocksMax: 1))
    weak let held = pool
    var connection = try? await pool?.checkOut(on: strand)
    pool?.retire()
    pool = nil
    let isGoneInUse = held == nil
    if let connection { connection.pool.checkIn(connection) }
    connection = nil
    return [isGoneInUse, held == nil]
}
