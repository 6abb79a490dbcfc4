import Glibc

/// Bytes between a socket and whoever reads them: a block of memory with a filled part in it. Taking from the front
/// moves an index; the memory moves only when the room behind the filled part is gone.
package struct Buffer {
    @usableFromInline package private(set) var storage: [UInt8]
    /// Where the filled part stands in `storage`.
    @usableFromInline package private(set) var filled: Range<Int>

    package init(capacity: Int) {
        storage = capacity == 0 ? [] : [UInt8](repeating: 0, count: capacity)
        filled = 0..<0
    }

    package var isEmpty: Bool { filled.isEmpty }
    package var count: Int { filled.count }
    package var capacity: Int { storage.count }
    /// Room behind the filled part, before anything is moved.
    package var room: Int { storage.count - filled.upperBound }
    package var isFull: Bool { filled.count == storage.count }

    /// Lets `body` look at the filled part. The buffer is not copied, whoever holds it.
    @inlinable package func withFilled<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(storage.span.extracting(filled))
    }

    /// Takes `count` bytes off the front.
    package mutating func consume(_ count: Int) {
        let start = filled.lowerBound + count
        precondition(start <= filled.upperBound)
        filled = start == filled.upperBound ? 0..<0 : start..<filled.upperBound
    }

    package mutating func clear() { filled = 0..<0 }

    /// Moves the filled part to the front when there is no room behind it.
    package mutating func makeRoom(atLeast wanted: Int = 1) {
        guard room < wanted, filled.lowerBound > 0 else { return }
        let count = filled.count
        unsafe storage.withUnsafeMutableBytes { bytes in
            _ = unsafe memmove(bytes.baseAddress!, bytes.baseAddress! + filled.lowerBound, count)
        }
        filled = 0..<count
    }

    /// Grows to `capacity`, keeping what is there.
    package mutating func grow(to capacity: Int) {
        makeRoom(atLeast: storage.count)
        guard capacity > storage.count else { return }
        storage.append(contentsOf: repeatElement(0, count: capacity - storage.count))
    }

    /// Gives the memory back; only an empty buffer may.
    package mutating func release() -> [UInt8] {
        precondition(isEmpty)
        filled = 0..<0
        var taken: [UInt8] = []
        swap(&taken, &storage)
        return taken
    }

    package mutating func adopt(_ memory: consuming [UInt8]) {
        precondition(storage.isEmpty)
        storage = memory
    }

    /// Keeps the filled part in memory of just its size, and returns the memory that it was in.
    mutating func setAside() -> [UInt8] {
        var memory = Array(storage[filled])
        filled = 0..<memory.count
        swap(&memory, &storage)
        return memory
    }

    /// Goes on in larger memory with what was set aside.
    mutating func goOn(in memory: consuming [UInt8]) {
        precondition(memory.count >= count)
        for index in filled.indices { memory[index] = storage[filled.lowerBound + index] }
        filled = 0..<count
        storage = memory
    }

    /// Lets `fill` write behind the filled part; it returns how many bytes it wrote, or a negative number.
    mutating func append(upTo limit: Int, _ fill: (UnsafeMutableRawPointer, Int) -> Int) -> Int {
        let start = filled.upperBound
        let wanted = min(limit, storage.count - start)
        let written = unsafe storage.withUnsafeMutableBytes { unsafe fill($0.baseAddress! + start, wanted) }
        if written > 0 { filled = filled.lowerBound..<start + written }
        return written
    }
}
