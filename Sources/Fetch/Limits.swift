/// Every limit of outbound calls, with its reason. How long a call may take and how much it may answer is the caller's word.
package enum Limits {
    /// Longest sleep of the thread without news; libcurl's own timers shorten it.
    static let idleMilliseconds = 60_000
    /// Connections that are kept open, to all services.
    package static let connections = 64
    /// Calls of one service under way at the same time: Clerk limits the rate, and a slow service gets no faster by more.
    package static let transfers = 8
    /// People who may wait for one service; more means that it is away, and they hear so at once.
    package static let waiting = 1_024
    /// The header section of an answer.
    static let headerBytes = 65_536
}
