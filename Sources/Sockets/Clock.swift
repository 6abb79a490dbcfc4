import Glibc

/// The two clocks of the system.
package enum Clock {
    package static func monotonicMilliseconds() -> Int64 { milliseconds(CLOCK_MONOTONIC) }
    package static func wallMilliseconds() -> Int64 { milliseconds(CLOCK_REALTIME) }
    package static func monotonicNanoseconds() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
