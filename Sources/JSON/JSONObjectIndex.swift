/// An object whose members have been found and checked, and not read: each value is known by its kind and its bytes, and
/// the few that are wanted are read from the text later. This is how the claims of a token are held.
package struct JSONObjectIndex: Sendable {
    package enum Value: Equatable, Sendable {
        case null
        case bool(Bool)
        case number(Range<Int>)
        case string(JSONText)
        case array(Range<Int>)
        case object(Range<Int>)
    }

    private struct Member: Sendable {
        let name: JSONText
        let value: Value
    }

    private var members: [Member] = []

    /// Checks the whole text, also for members that an inner object has twice.
    package init(_ text: Span<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var reader = try JSONReader(text, limits: limits)
        guard case .beginObject = try reader.next(in: text) else { throw JSONError(.notAnObject, at: reader.tokenStart, in: text) }
        var names = MemberNames()
        names.beginObject()
        members.reserveCapacity(16)
        while case .name(let name) = try reader.next(in: text) {
            try names.add(name, in: text, limits: limits)
            members.append(Member(name: name, value: try Self.value(from: &reader, &names, in: text, limits: limits)))
        }
        _ = try reader.next(in: text)
    }

    /// The value of a member; `text` is the text that was indexed.
    package func value(_ name: String, in text: Span<UInt8>) -> Value? {
        let wanted = name.utf8Span.span
        for index in members.indices where members[index].name.isEqual(to: wanted, in: text) { return members[index].value }
        return nil
    }

    /// The members whose names are wanted, in the order of the text.
    package func members(where isWanted: (JSONText) -> Bool) -> [(name: JSONText, value: Value)] {
        members.filter { isWanted($0.name) }.map { ($0.name, $0.value) }
    }

    package func contains(_ name: String, in text: Span<UInt8>) -> Bool { value(name, in: text) != nil }

    private static func value(
        from reader: inout JSONReader, _ names: inout MemberNames, in text: Span<UInt8>, limits: JSONLimits
    ) throws(JSONError) -> Value {
        let token = try reader.next(in: text)
        let start = reader.tokenStart
        switch token {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let range): return .number(range)
        case .string(let string): return .string(string)
        case .beginArray, .beginObject:
            try skip(token, from: &reader, &names, in: text, limits: limits)
            return token == .beginArray ? .array(start..<reader.position) : .object(start..<reader.position)
        case .endArray, .endObject, .name, .end: throw JSONError(.endOfText, at: reader.position, in: text)
        }
    }

    /// Reads up to the end of the array or object that `first` began.
    private static func skip(
        _ first: JSONToken, from reader: inout JSONReader, _ names: inout MemberNames, in text: Span<UInt8>, limits: JSONLimits
    ) throws(JSONError) {
        var (token, depth) = (first, 0)
        while true {
            switch token {
            case .beginObject:
                names.beginObject()
                depth += 1
            case .endObject:
                names.endObject()
                depth -= 1
            case .beginArray: depth += 1
            case .endArray: depth -= 1
            case .name(let name): try names.add(name, in: text, limits: limits)
            case .string, .number, .bool, .null, .end: break
            }
            if depth == 0 { return }
            token = try reader.next(in: text)
        }
    }
}
