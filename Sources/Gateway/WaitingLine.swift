/// Those who wait for something, first come, first served. Joining, being called and giving up cost the same however many
/// wait: a burst of a thousand must not look at each other a thousand times.
struct WaitingLine<Member> {
    /// By their numbers, which are given once.
    private var members: [UInt64: Member] = [:]
    /// Nobody with a lower number waits any more.
    private var first: UInt64 = 0
    private var next: UInt64 = 0

    var count: Int { members.count }

    mutating func join(_ member: Member) -> UInt64 {
        defer { next += 1 }
        members[next] = member
        return next
    }

    /// Whether the number has neither been called nor given up.
    func holds(_ number: UInt64) -> Bool { members[number] != nil }

    mutating func leave(_ number: UInt64) { members[number] = nil }

    /// Who has waited longest leaves the line. Numbers that were given up are passed over, each once.
    mutating func callNext() -> Member? {
        guard !members.isEmpty else {
            first = next
            return nil
        }
        while true {
            defer { first += 1 }
            if let member = members.removeValue(forKey: first) { return member }
        }
    }
}
