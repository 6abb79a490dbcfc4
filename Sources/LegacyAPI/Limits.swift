/// Every limit of the talk with the old application, with its reason.
enum Limits {
    /// How long a request waits to hear whose its credential is, its turn included. Most such applications answer in
    /// some milliseconds; one that does not would hold up every request that this worker has not asked about yet.
    static let waitMilliseconds = 2_000
    /// Questions under way at the same time, from all workers: the application serves its own traffic beside them.
    static let transfers = 16
    /// Questions that wait for their turn. Somebody who sends credentials that nobody knows fills the queue and no more.
    static let waiting = 256
    /// What the application knows about one user; a profile with a picture in it is some tens of KiB.
    static let answerBytes = 262_144
}
