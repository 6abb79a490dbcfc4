import JSON

extension JSONWriter {
    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Int64?) {
        key(name)
        if let value { int(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    mutating func emptyArrays(_ names: String...) {
        for name in names {
            key(name)
            beginArray()
            endArray()
        }
    }
}
