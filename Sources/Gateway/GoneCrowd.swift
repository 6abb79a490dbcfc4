import Settings

/// Notices that a crowd of connections has gone: what it took from the system is then worth giving back.
struct GoneCrowd {
    private var highest = 0

    /// - Parameter open: how many connections there are; asked about once a second.
    mutating func hasGone(leaving open: Int) -> Bool {
        highest = max(highest, open)
        guard highest >= FixedLimits.crowdConnections, open <= highest / 4 else { return false }
        highest = open
        return true
    }
}
