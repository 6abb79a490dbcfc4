/// One field line (RFC 9110 §5): where its name and its value stand in the bytes of the section that holds it. What every
/// stage of a request asks of lines may be inlined there: as calls into this module these leaves cost more than they do.
package struct FieldLine: Sendable {
    package let known: KnownField
    @usableFromInline let nameStart: UInt32
    @usableFromInline let nameLength: UInt32
    @usableFromInline let valueStart: UInt32
    @usableFromInline let valueLength: UInt32

    package init(known: KnownField, name: Range<Int>, value: Range<Int>) {
        self.known = known
        nameStart = UInt32(name.lowerBound)
        nameLength = UInt32(name.count)
        valueStart = UInt32(value.lowerBound)
        valueLength = UInt32(value.count)
    }

    @inlinable package var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
    /// The value without the white space around it (RFC 9110 §5.5).
    @inlinable package var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueLength) }
    /// The whole line without its CRLF, for a recipient that forwards it as it came.
    @inlinable package var line: Range<Int> { Int(nameStart)..<Int(valueStart) + Int(valueLength) }
}

/// The bytes of a message head and the field lines in them. One section serves message after message: clearing it
/// keeps its memory, so that a kept-alive connection allocates for its first request only.
package struct FieldSection: Sendable {
    package var bytes: [UInt8] = []
    package private(set) var lines: [FieldLine] = []
    /// One bit for each known field that has a line: it answers most questions about a section, since most fields that
    /// are asked for are not there.
    @usableFromInline var present: UInt64 = 0

    package init() {}

    package mutating func append(_ line: FieldLine) {
        lines.append(line)
        present |= 1 << UInt64(line.known.rawValue)
    }

    package mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        present = 0
    }

    /// Gives the memory back, for the time in which no message is expected.
    package mutating func release() {
        bytes = []
        lines = []
        present = 0
    }

    /// Whether any line has this name. Inlined, so that a section that belongs to a head is not copied for the question.
    @inlinable package func contains(_ field: KnownField) -> Bool { present & 1 << UInt64(field.rawValue) != 0 }

    /// The value of the first line with this name.
    @inlinable package func first(_ field: KnownField) -> Range<Int>? { contains(field) ? findFirst(field) : nil }

    @usableFromInline func findFirst(_ field: KnownField) -> Range<Int>? {
        for line in lines where line.known == field { return line.value }
        return nil
    }

    @inlinable package func count(_ field: KnownField) -> Int { contains(field) ? countAll(field) : 0 }

    @usableFromInline func countAll(_ field: KnownField) -> Int {
        var count = 0
        for line in lines where line.known == field { count += 1 }
        return count
    }

    /// The value of the first line with a name that `KnownField` does not list.
    package func first(named name: String) -> Range<Int>? {
        for line in lines where equalsIgnoringCase(line.name, name) { return line.value }
        return nil
    }

    package func equalsIgnoringCase(_ range: Range<Int>, _ text: String) -> Bool {
        let other = text.utf8.span
        guard range.count == other.count else { return false }
        let here = bytes.span.extracting(range)
        for index in other.indices where here[index].asciiLowercased != other[index].asciiLowercased { return false }
        return true
    }

    /// A copy of some bytes as text; for logs and slow paths.
    package func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension UInt8 {
    /// The byte with A–Z folded to a–z: ASCII only, because that is all that HTTP folds.
    @inlinable package var asciiLowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
}
