/// A bounded dictionary that forgets what has not been asked for lately: entries live in a young generation; when that
/// is full it becomes the old one and the old one goes. Whatever is asked for in between comes back to the young one.
struct GenerationalCache<Key: Hashable, Value> {
    private let youngMax: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(entriesMax: Int) { youngMax = max(1, entriesMax / 2) }

    var count: Int { young.count + old.count }

    mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        insert(value, for: key)
        return value
    }

    mutating func insert(_ value: Value, for key: Key) {
        if young.count >= youngMax, young[key] == nil {
            old = young
            young = [:]
        }
        old[key] = nil
        young[key] = value
    }

    mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }

    mutating func removeAll(where isGone: (Value) -> Bool) {
        for (key, value) in young where isGone(value) { young[key] = nil }
        for (key, value) in old where isGone(value) { old[key] = nil }
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
