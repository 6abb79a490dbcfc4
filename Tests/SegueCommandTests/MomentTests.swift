import Telemetry
import Testing

@testable import SegueCommand

@Suite("Arguments+Moment") struct MomentTests {
    private let now = UnixTime(seconds: 1_789_992_000)

    @Test(arguments: [
        ("90s", Int64(1_789_991_910)), ("2h", 1_789_984_800), ("30d", 1_787_400_000), ("0s", 1_789_992_000),
        ("2026-11-21", 1_795_219_200), ("2026-11-21T04:05:06Z", 1_795_233_906), ("2026-11-21T04:05:06", 1_795_233_906),
        ("2026-11-21T05:05:06+01:00", 1_795_233_906),
    ])
    func `a moment is so long ago, a day or a time`(text: String, seconds: Int64) {
        #expect(Arguments.moment(text, now: now)?.seconds == seconds)
    }

    @Test(arguments: ["", "2026", "90", "-5m", "yesterday", "2026-13-01", "1w", "21.11.2026", "99999999999d"])
    func `what may be misread is refused`(text: String) {
        #expect(Arguments.moment(text, now: now) == nil)
    }
}
