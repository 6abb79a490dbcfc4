import Testing

@testable import Sockets

@Suite struct BufferTests {
    private func buffer(_ bytes: [UInt8], consuming consumed: Int = 0) -> Buffer {
        var buffer = Buffer(capacity: 16)
        fill(&buffer, bytes)
        buffer.consume(consumed)
        return buffer
    }

    private func fill(_ buffer: inout Buffer, _ bytes: [UInt8]) {
        _ = unsafe buffer.append(upTo: bytes.count) { pointer, _ in
            for (index, byte) in bytes.enumerated() { unsafe pointer.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
            return bytes.count
        }
    }

    private func filled(_ buffer: Buffer) -> [UInt8] {
        buffer.withFilled { span in span.indices.map { span[$0] } }
    }

    @Test func `what is set aside stands in memory of its size and goes on where it was`() {
        var buffer = buffer([1, 2, 3, 4, 5], consuming: 2)
        let memory = buffer.setAside()
        #expect(memory.count == 16 && buffer.capacity == 3)
        #expect(filled(buffer) == [3, 4, 5])
        buffer.goOn(in: memory)
        #expect(buffer.capacity == 16 && buffer.room == 13)
        fill(&buffer, [6])
        #expect(filled(buffer) == [3, 4, 5, 6])
    }

    @Test func `an empty buffer that is set aside has no memory`() {
        var buffer = buffer([1, 2], consuming: 2)
        #expect(buffer.setAside().count == 16)
        #expect(buffer.capacity == 0 && buffer.isEmpty)
    }
}
