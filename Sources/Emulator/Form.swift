import HTTP
import JSON
import Telemetry

/// The JSON object of a request, read field by field. Faults are collected, so that one answer names them all; a field
/// that nobody asked for is a fault as well.
struct Form {
    private let members: [JSONMember]
    private var known: Set<String> = []
    private(set) var faults: [ClerkProblem.Entry] = []

    init(_ content: [UInt8]) throws(ClerkProblem) {
        // POST without content is an object without members.
        guard !content.isEmpty else {
            members = []
            return
        }
        guard let value = try? JSONValue(parsing: content), let members = value.object else {
            throw ClerkProblem(.badRequest, "request_body_invalid", "Request body invalid")
        }
        self.members = members
    }

    /// The forms of a request whose content is a list.
    static func list(_ content: [UInt8], countMax: Int) throws(ClerkProblem) -> [Form] {
        guard let values = (try? JSONValue(parsing: content))?.array, values.allSatisfy({ $0.object != nil }) else {
            throw ClerkProblem(.badRequest, "request_body_invalid", "Request body invalid")
        }
        guard !values.isEmpty else { throw .unprocessable(.missing("email_address")) }
        guard values.count <= countMax else {
            throw .unprocessable(
                .init(
                    "form_param_array_size_exceeded", "exceeds maximum size", "The list should not exceed \(countMax) items."))
        }
        return values.map { Form($0) }
    }

    init(_ value: JSONValue) { members = value.object ?? [] }

    /// Throws the faults that were found. Call it when every field has been read.
    func finish() throws(ClerkProblem) {
        let unknown = members.map(\.name).filter { !known.contains($0) }.map(ClerkProblem.Entry.unknown)
        let all = unknown + faults
        guard all.isEmpty else { throw ClerkProblem(.unprocessableContent, all) }
    }

    mutating func fault(_ entry: ClerkProblem.Entry) { faults.append(entry) }

    /// Whether the field is there, be it `null`.
    mutating func has(_ name: String) -> Bool {
        known.insert(name)
        return members.contains { $0.name == name }
    }

    /// The field, unless it is absent or `null`.
    mutating func value(_ name: String) -> JSONValue? {
        known.insert(name)
        guard let value = members.first(where: { $0.name == name })?.value, !value.isNull else { return nil }
        return value
    }

    mutating func string(_ name: String, lengthMax: Int = 256) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { return fault(.wrongFormat(name, "a string")) }
        guard text.unicodeScalars.count <= lengthMax else {
            return fault(
                .init(
                    "form_param_max_length_exceeded", "exceeds maximum length",
                    "\(name) should not exceed \(lengthMax) characters.", parameter: name))
        }
        return text
    }

    mutating func strings(_ name: String) -> [String] {
        guard let value = value(name) else { return [] }
        let texts = value.array?.compactMap(\.string) ?? []
        guard let array = value.array, texts.count == array.count else {
            return fault(.wrongFormat(name, "an array of strings")) ?? []
        }
        return texts
    }

    mutating func ints(_ name: String, _ range: ClosedRange<Int64>) -> [Int64]? {
        guard let value = value(name) else { return nil }
        let numbers = value.array?.compactMap(\.int64).filter(range.contains) ?? []
        guard let array = value.array, numbers.count == array.count else {
            return fault(.wrongFormat(name, "an array of integers from \(range.lowerBound) to \(range.upperBound)"))
        }
        return numbers
    }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.bool else { return fault(.wrongFormat(name, "a boolean")) }
        return bool
    }

    mutating func int(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let number = value.int64 else { return fault(.wrongFormat(name, "an integer")) }
        guard range.contains(number) else { return fault(.wrongValue(name, "from \(range.lowerBound) to \(range.upperBound)")) }
        return number
    }

    mutating func object(_ name: String) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.object != nil else { return fault(.wrongFormat(name, "an object")) }
        return value
    }

    /// RFC 3339, not in the future.
    mutating func time(_ name: String, now: UnixTime) -> UnixTime? {
        guard let text = string(name) else { return nil }
        guard let time = RFC3339.parse(text) else {
            return fault(
                .init("form_param_invalid_time", "is invalid", "\(name) must be a time in RFC 3339 format.", parameter: name))
        }
        guard time <= now else {
            return fault(
                .init("form_disallow_future_date", "is in the future", "\(name) must not be in the future.", parameter: name))
        }
        return time
    }

    private mutating func fault<Value>(_ entry: ClerkProblem.Entry) -> Value? {
        faults.append(entry)
        return nil
    }
}
