internal import Authentication
internal import JSON
internal import Migration

// For people and for programs.
extension Cases {
    /// The ids that are known, with a sign that there are more.
    var ids: String { examples.map(\.text).joined(separator: ", ") + (count > examples.count ? ", …" : "") }

    /// The members `count` and `examples` of an object that has begun.
    func write(to writer: inout JSONWriter) {
        writer.member("count", Int64(count))
        writer.key("examples")
        writer.beginArray()
        for id in examples { writer.string(id.text) }
        writer.endArray()
    }
}
