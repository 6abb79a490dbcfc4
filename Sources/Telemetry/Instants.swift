/// A wall-clock time in milliseconds since 1970-01-01T00:00:00Z. Decisions take it as an argument and never read it.
package struct UnixTime: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { milliseconds = seconds * 1000 }

    /// Whole seconds, rounded down: RFC 7519's NumericDate.
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }

    package static func < (a: UnixTime, b: UnixTime) -> Bool { a.milliseconds < b.milliseconds }
    package func adding(milliseconds more: Int64) -> UnixTime { UnixTime(milliseconds: milliseconds + more) }
    package func adding(seconds more: Int64) -> UnixTime { UnixTime(milliseconds: milliseconds + more * 1000) }
}
