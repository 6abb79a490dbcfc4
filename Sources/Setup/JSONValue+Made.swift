import JSON

/// Values that are written, and not read.
extension JSONValue {
    static func string(_ text: String) -> JSONValue { JSONValue(.string(text)) }
    static func bool(_ value: Bool) -> JSONValue { JSONValue(.bool(value)) }
    static func number(_ value: Int64) -> JSONValue { JSONValue(.number(JSONNumber(value))) }
    static func array(_ elements: [JSONValue]) -> JSONValue { JSONValue(.array(elements)) }
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        JSONValue(.object(members.map { JSONMember($0.0, $0.1) }))
    }
}
