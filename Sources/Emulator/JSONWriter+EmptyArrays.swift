import JSON

extension JSONWriter {
    mutating func emptyArrays(_ names: String...) {
        for name in names {
            key(name)
            beginArray()
            endArray()
        }
    }
}
