internal import HTTP

/// The byte-level leaves beneath the parsers: the only `unsafe` of this target. Each takes a span and indices into
/// it and checks them before it reads. They look at eight bytes at a time as one integer, because that is four times as
/// fast as a loop over bytes, and because comparisons of `SIMD16` are compiled into such a loop (Swift 6.3).

/// The first byte at or behind `start` that no line of a head may contain: a control byte other than HTAB. In a
/// valid head that is the CR at the line's end. Returns `end` where there is none.
func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= bytes.count)
    let raw = unsafe bytes.bytes
    var index = start
    while true {
        while index &+ 32 <= end {
            let marks0 = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)).controlMarks
            let marks1 = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index &+ 8, as: UInt64.self)).controlMarks
            let marks2 = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index &+ 16, as: UInt64.self)).controlMarks
            let marks3 = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index &+ 24, as: UInt64.self)).controlMarks
            if marks0 | marks1 | marks2 | marks3 != 0 { break }
            index &+= 32
        }
        while index &+ 8 <= end {
            let marks = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)).controlMarks
            if marks != 0 {
                index &+= marks.trailingZeroBitCount &>> 3
                break
            }
            index &+= 8
        }
        while index < end, !bytes[index].isControlOrTab { index &+= 1 }
        guard index < end, bytes[index] == UInt8(ascii: "\t") else { return index }
        index &+= 1
    }
}

/// The first byte at or behind `start` that is not a `tchar` (RFC 9110 §5.6.2). Letters, digits and `-`, of which
/// nearly all names consist, go eight at a time.
func endOfToken(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= bytes.count)
    let raw = unsafe bytes.bytes
    var index = start
    while index &+ 8 <= end {
        let marks = Word(unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)).uncommonInTokenMarks
        guard marks != 0 else {
            index &+= 8
            continue
        }
        index &+= marks.trailingZeroBitCount &>> 3
        if !bytes[index].isTokenCharacter { return index }
        index &+= 1
    }
    while index < end, bytes[index].isTokenCharacter { index &+= 1 }
    return index
}

/// Eight bytes as one integer, the first of them lowest, as on every platform that we build for. Marks are the high
/// bits of the bytes that have some property.
private struct Word {
    private let bits: UInt64

    @inline(__always)
    init(_ bits: UInt64) { self.bits = bits }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// Marks the control bytes, HTAB and DEL among them. Only the lowest mark is exact: a borrow can set those above.
    @inline(__always)
    var controlMarks: UInt64 {
        let below32 = (bits &- Word.ones &* 0x20) & ~bits
        let fromDEL = bits ^ Word.ones &* 0x7F
        return (below32 | (fromDEL &- Word.ones) & ~fromDEL) & Word.highBits
    }

    /// Marks all bytes but letters, digits and `-`. Every mark is exact: no sum carries into the next byte.
    @inline(__always)
    var uncommonInTokenMarks: UInt64 {
        let ascii = bits & ~Word.highBits
        let folded = ascii | Word.ones &* 0x20
        let letters = Word.atLeast(0x61, in: folded) & ~Word.atLeast(0x7B, in: folded)
        let digits = Word.atLeast(0x30, in: ascii) & ~Word.atLeast(0x3A, in: ascii)
        let hyphens = ~Word.atLeast(1, in: ascii ^ Word.ones &* 0x2D)
        return (~(letters | digits | hyphens) | bits) & Word.highBits
    }

    @inline(__always)
    private static func atLeast(_ byte: UInt8, in ascii: UInt64) -> UInt64 { ascii &+ ones &* (0x80 &- UInt64(byte)) }
}

/// Whether the bytes from `start` on are `name`, which is in lower case, whatever their case. The bytes must not
/// contain controls: folding by one bit would take CR for a hyphen.
@inline(__always)
func matches(_ bytes: Span<UInt8>, at start: Int, _ name: StaticString) -> Bool {
    let count = name.utf8CodeUnitCount
    precondition(start >= 0 && start &+ count <= bytes.count)
    let raw = unsafe bytes.bytes
    let wanted = unsafe UnsafeRawPointer(name.utf8Start)
    var index = 0
    while index &+ 8 <= count {
        let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ index, as: UInt64.self)
        let wantedWord = unsafe wanted.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if word | 0x2020_2020_2020_2020 != wantedWord { return false }
        index &+= 8
    }
    while index < count {
        let wantedByte = unsafe wanted.load(fromByteOffset: index, as: UInt8.self)
        if bytes[start &+ index] | 0x20 != wantedByte { return false }
        index &+= 1
    }
    return true
}

/// Whether the bytes from `start` on are exactly `text`.
@inline(__always)
func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    let wanted = unsafe text.utf8Start
    var index = 0
    while index < range.count {
        if bytes[range.lowerBound &+ index] != (unsafe wanted[index]) { return false }
        index &+= 1
    }
    return true
}

extension [UInt8] {
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    package mutating func append(copying text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
