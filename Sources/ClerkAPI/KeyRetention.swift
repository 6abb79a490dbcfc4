/// Which keys verify now: those of the last set that was fetched, and for a while those that left it, because tokens
/// signed with them are still on their way. Clerk's `kid` is the instance's id, so one `kid` may have an old and a new key.
struct KeyRetention<Key: Hashable & Sendable>: Sendable {
    struct Retired: Sendable {
        let key: Key
        let goodUntil: Int64
    }

    private let overlapMilliseconds: Int64
    private(set) var current: [Key] = []
    /// The one that left last comes first.
    private(set) var retired: [Retired] = []

    init(overlapSeconds: Int) { overlapMilliseconds = Int64(max(0, overlapSeconds)) * 1000 }

    /// All keys that verify; newer ones first.
    var keys: [Key] { current + retired.map(\.key) }

    var nextExpiry: Int64? { retired.map(\.goodUntil).min() }

    /// Takes a set that was fetched: never an empty one. `true` when other keys verify than before; their order means
    /// nothing.
    mutating func adopt(_ set: [Key], at now: Int64) -> Bool {
        precondition(!set.isEmpty, "a good set is never replaced by an empty one")
        let before = Set(keys)
        let left = current.filter { !set.contains($0) }.map { Retired(key: $0, goodUntil: now + overlapMilliseconds) }
        retired = left + retired.filter { !set.contains($0.key) }
        current = set
        _ = expire(at: now)
        return Set(keys) != before
    }

    /// Drops retired keys whose time is over; `true` when there were any.
    mutating func expire(at now: Int64) -> Bool {
        let before = retired.count
        retired.removeAll { $0.goodUntil <= now }
        return retired.count != before
    }

    /// What a process that ran before had.
    mutating func restore(current: [Key], retired: [Retired]) { (self.current, self.retired) = (current, retired) }

    /// Nothing verifies any more: the keys are too old.
    mutating func clear() { (current, retired) = ([], []) }
}
