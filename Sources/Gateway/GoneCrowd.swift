import Settings

/// Notices that a crowd of connections has gone: what it took from the system is then worth giving back.
struct GoneCrowd {
    private var highest = 0
    private var before = 0

    /// - Parameter open: how many connections there are; asked about once a second.
    mutating func hasGone(leaving open: Int) -> Bool {
        defer { before = open }
        highest = max(highest, open)
        // While it still leaves it is waited for: what its last quarter holds would stay, too few to be a crowd of their own.
        guard highest >= FixedLimits.crowdConnections, open <= highest / 4, open >= before else { return false }
        highest = open
        return true
    }
}
