import JSON
import Synchronization
package import Telemetry

/// How much a log says.
package enum LogLevel: Int, Sendable, Comparable {
    case error, warn, info, debug

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

    fileprivate var word: String {
        switch self {
        case .error: "error"
        case .warn: "warn"
        case .info: "info"
        case .debug: "debug"
        }
    }
}

/// What the process says about itself, as one JSON object per line, in the order `ts`, `level`, `msg`, then what the
/// message is about. A secret cannot get in: fields are text that somebody wrote out, and a `Secret` has none.
package final class Logger: Sendable {
    private let thread: LogThread
    private let threshold: Atomic<Int>
    private let now: @Sendable () -> UnixTime

    package init(_ thread: LogThread, level: LogLevel, now: @escaping @Sendable () -> UnixTime) {
        (self.thread, self.now) = (thread, now)
        threshold = Atomic(level.rawValue)
    }

    /// From now on nothing less important is written.
    package func follow(_ level: LogLevel) { threshold.store(level.rawValue, ordering: .relaxed) }

    package func log(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        guard level.rawValue <= threshold.load(ordering: .relaxed) else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("ts")
        writer.string(now().rfc3339)
        writer.key("level")
        writer.string(level.word)
        writer.key("msg")
        writer.string(message)
        for (name, value) in fields {
            writer.key(name)
            writer.string(value)
        }
        writer.endObject()
        thread.write(writer.bytes + [UInt8(ascii: "\n")])
    }
}
