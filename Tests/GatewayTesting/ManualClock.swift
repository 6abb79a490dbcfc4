package import Telemetry

/// A clock that moves when a test says so.
package struct ManualClock {
    /// 2026-01-01T00:00:00Z
    package private(set) var now = UnixTime(seconds: 1_767_225_600)

    package init() {}

    package mutating func advance(seconds: Int64) { now = now.adding(seconds: seconds) }
}
