import JSON

/// Holds a file against the shapes: expands its strings, reports every key that is unknown, missing or of another type,
/// and returns what is left. Whatever was reported is not in the result, so that one mistake is reported once.
struct Checker {
    let expansion: Expansion
    let problems: Problems

    /// `nil` where there is nothing, or nothing of use.
    func check(_ value: JSONValue, _ shape: Shape, _ path: String) -> Entry? {
        switch (shape, value.content) {
        case (_, .null): return Entry(path, value.range, .null)
        case (.string, .string(let text)): return string(text, value, path, isSecret: false)
        case (.secret, .string(let text)): return string(text, value, path, isSecret: true)
        case (.choice(let words, let later), .string(let text)): return choice(text, value, path, words, later)
        case (.bool, .bool(let value_)): return Entry(path, value.range, .bool(value_))
        case (.integer(let range), .number(let number)):
            if let whole = number.int64, range.contains(whole) { return Entry(path, value.range, .integer(whole)) }
            problems.error(path, value.range, found: number.text, expected: shape.expectation)
            return nil
        case (.number(let allowed), .number(let number)):
            if let whole = number.int64, allowed.contains(whole) { return Entry(path, value.range, .integer(whole)) }
            problems.error(path, value.range, found: number.text, expected: shape.expectation)
            return nil
        case (.scalar, .string(let text)): return string(text, value, path, isSecret: false)
        case (.scalar, .bool(let value_)): return Entry(path, value.range, .bool(value_))
        case (.scalar, .number(let number)):
            if let whole = number.int64 { return Entry(path, value.range, .integer(whole)) }
            problems.error(path, value.range, found: number.text, expected: shape.expectation)
            return nil
        case (.array(let element), .array(let elements)):
            let entries = elements.enumerated().compactMap { index, value in arrayElement(value, element, "\(path)[\(index)]") }
            return Entry(path, value.range, .array(entries))
        case (.map(let shape), .object(let members)):
            let entries = members.compactMap { member in
                check(member.value, shape, join(path, member.name)).map { Entry.Member(name: member.name, entry: $0) }
            }
            return Entry(path, value.range, .object(entries))
        case (.object(let keys), .object(let members)): return object(keys, members, value, path)
        case (.string, _), (.secret, _), (.choice, _), (.bool, _), (.scalar, _), (.integer, _), (.number, _), (.array, _),
            (.map, _), (.object, _):
            problems.error(path, value.range, found: value.kind, expected: shape.expectation)
            return nil
        }
    }

    private func arrayElement(_ value: JSONValue, _ shape: Shape, _ path: String) -> Entry? {
        guard value.isNull else { return check(value, shape, path) }
        problems.error(path, value.range, found: "null", expected: shape.expectation)
        return nil
    }

    private func object(_ keys: [Shape.Key], _ members: [JSONMember], _ value: JSONValue, _ path: String) -> Entry {
        var entries: [Entry.Member] = []
        for member in members {
            guard let key = keys.first(where: { $0.name == member.name }) else {
                reportUnknown(member, keys, path)
                continue
            }
            if let entry = known(key, member, join(path, key.name)) { entries.append(.init(name: key.name, entry: entry)) }
        }
        for key in keys where key.isRequired && !members.contains(where: { $0.name == key.name && !$0.value.isNull }) {
            problems.missing(
                join(path, key.name), value.range, expected: key.shape.expectation, hint: "the key is required")
        }
        return Entry(path, value.range, .object(entries))
    }

    private func known(_ key: Shape.Key, _ member: JSONMember, _ path: String) -> Entry? {
        // What is not there yet may be written down as not wanted.
        if member.value.isNull { return Entry(path, member.value.range, .null) }
        switch key.support {
        case .later(let instead):
            problems.error(
                path, member.nameRange, found: "a key that is not supported in this release", expected: "none", hint: instead)
            return nil
        case .checkedOnly:
            problems.warn(
                path, member.nameRange, found: "a key that is checked but has no effect in this release", expected: "none")
        case .full: break
        }
        let errorsBefore = problems.errors.count
        let entry = check(member.value, key.shape, path)
        if entry == nil, key.isRequired, problems.errors.count == errorsBefore {
            problems.error(path, member.value.range, found: "a string that expands to nothing", expected: key.shape.expectation)
        }
        return entry
    }

    private func reportUnknown(_ member: JSONMember, _ keys: [Shape.Key], _ path: String) {
        let nearest = nearestName(to: member.name, in: keys.filter { $0.support == .full }.map(\.name))
        let hint = nearest.map { "did you mean \"\($0)\"?" } ?? "known keys are " + keys.map(\.name).joined(separator: ", ")
        problems.error(
            join(path, member.name), member.nameRange, found: "an unknown key", expected: "a key of this object", hint: hint)
    }

    private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

// MARK: - Strings

extension Checker {
    private func string(_ text: String, _ value: JSONValue, _ path: String, isSecret: Bool) -> Entry? {
        do {
            switch try expansion.expand(text, isSecret: isSecret) {
            case .nothing: return nil
            case .text(let expanded): return entry(expanded, value, path, isSecret ? .hidden : .written(text))
            case .unchanged: return entry(text, value, path, isSecret ? .hidden : .asIs)
            }
        } catch {
            problems.error(path, value.range, found: error.found, expected: error.expected, hint: error.hint)
            return nil
        }
    }

    private func entry(_ text: String, _ value: JSONValue, _ path: String, _ display: Entry.Display) -> Entry? {
        if case .hidden = display, text.allSatisfy(\.isWhitespace) {
            problems.error(
                path, value.range, found: "an empty secret", expected: "a secret", hint: "leave the key out where there is none")
            return nil
        }
        // A NUL ends a string in every C library that this is handed to.
        if text.utf8.contains(0) {
            problems.error(path, value.range, found: "a string with a NUL character", expected: "none")
            return nil
        }
        return Entry(path, value.range, .string(text), display: display)
    }

    private func choice(_ text: String, _ value: JSONValue, _ path: String, _ words: [String], _ later: [String]) -> Entry? {
        guard let entry = string(text, value, path, isSecret: false), let word = entry.text else { return nil }
        if words.contains(word) { return entry }
        let expected = Shape.choice(words).expectation
        if later.contains(word) {
            problems.error(entry, expected: expected, hint: "\"\(word)\" is not supported in this release")
        } else {
            problems.error(entry, expected: expected, hint: nearestName(to: word, in: words).map { "did you mean \"\($0)\"?" })
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var kind: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let number): number.text.utf8.count <= 40 ? number.text : "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
