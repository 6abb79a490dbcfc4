/// The parameters of a request's query, in their order; names may repeat (`email_address=a&email_address=b`).
struct Query {
    private let parameters: [(name: String, value: String)]

    init(_ text: String?) {
        parameters = (text ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count == 2 ? Self.decode(parts[1]) : "")
        }
    }

    func first(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }

    /// A number in a range; `nil` when it is absent.
    func number(_ name: String, _ range: ClosedRange<Int64>) throws(ClerkProblem) -> Int64? {
        guard let text = first(name) else { return nil }
        guard let number = Int64(text) else { throw .unprocessable(.wrongFormat(name, "an integer")) }
        guard range.contains(number) else {
            throw .unprocessable(.wrongValue(name, "from \(range.lowerBound) to \(range.upperBound)"))
        }
        return number
    }

    /// One of the words of an enumeration; `nil` when it is absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of _: Choice.Type) throws(ClerkProblem) -> Choice?
    {
        guard let text = first(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .unprocessable(.wrongValue(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"))
        }
        return choice
    }

    /// The part of a list that `limit` and `offset` ask for.
    func page<Item>(_ items: some Sequence<Item>) throws(ClerkProblem) -> [Item] {
        let limit = Int(try number("limit", 1...500) ?? 10)
        let offset = Int(try number("offset", 0...Int64(Int32.max)) ?? 0)
        return Array(items.dropFirst(offset).prefix(limit))
    }

    func flag(_ name: String) throws(ClerkProblem) -> Bool? {
        switch first(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .unprocessable(.wrongFormat(name, "a boolean"))
        }
    }

    /// application/x-www-form-urlencoded: `+` is a space. A bad escape stays as it is.
    private static func decode(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var (decoded, index) = ([UInt8](), 0)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexDigit(bytes[index + 1]), let low = hexDigit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
