internal import JSON

/// The claims of a token that Segue makes, as one JSON object.
package struct ClaimWriter {
    private var json = JSONWriter()

    package init() { json.beginObject() }

    package mutating func add(_ name: String, _ value: String) { json.member(name, value) }
    package mutating func add(_ name: String, _ value: Int64) { json.member(name, value) }
    package mutating func add(_ name: String, _ value: Bool) { json.member(name, value) }

    package var bytes: [UInt8] {
        var whole = json
        whole.endObject()
        return whole.bytes
    }
}
