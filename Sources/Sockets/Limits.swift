/// The limits of a loop.
enum Limits {
    /// Events taken from the kernel at once: enough for a busy turn, few enough that the first is not kept waiting.
    static let eventsPerWake = 256
    /// How often deadlines are looked at, and so how late a timeout may be.
    static let sweepMilliseconds: Int64 = 100
    /// Strands whose deadline has passed that are woken in one turn: to refuse and close a connection takes some 20 µs.
    static let timeoutsPerTurn = 8
    /// Connections accepted at one wake-up before other work has its turn.
    static let acceptsPerWake = 64
    /// How long a listener rests when the process is out of descriptors or memory.
    static let acceptRestMilliseconds: Int64 = 200
    /// The queue of connections that the kernel holds for a listener.
    static let backlog: Int32 = 4096
    /// What goes out together at the end of a turn: few messages, so that the first does not wait long for the last.
    static let outboxMessages = 32
    /// How much goes out together at the end of a turn.
    static let outboxBytes = 65_536
    /// A longer message goes out at once: copying it would cost more than it saves.
    static let outboxMessageBytes = 8_192
}
