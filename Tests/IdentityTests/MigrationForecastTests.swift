import Identity
import Telemetry
import Testing

@Suite struct MigrationForecastTests {
    private let now = UnixTime(seconds: 1_789_992_000)

    private func forecast(_ total: Int, _ migrated: Int, _ linked: Int) -> MigrationForecast {
        MigrationForecast(MigrationCounts(total: total, migrated: migrated), linkedInSevenDays: linked, now: now)
    }

    @Test(arguments: [(100, 30, 70, Int64(7)), (100, 99, 7, 1), (100, 0, 1, 700), (8, 0, 7, 8), (10, 0, 6, 12)])
    func `everybody is linked when the pace of seven days has gone on for long enough`(
        total: Int, migrated: Int, linked: Int, days: Int64
    ) {
        #expect(forecast(total, migrated, linked) == .at(now.adding(seconds: days * 86_400), linksPerDay: Double(linked) / 7))
    }

    @Test(arguments: [(0, 0, 0), (0, 0, 7)]) func `nobody says anything of an empty table`(total: Int, migrated: Int, linked: Int) {
        #expect(forecast(total, migrated, linked) == .unknown(.emptyTable))
    }

    @Test(arguments: [0, -3]) func `a standstill has no end`(linked: Int) {
        #expect(forecast(100, 30, linked) == .unknown(.standstill))
    }

    @Test func `everybody may be linked, and a mapping may have more rows than there are people`() {
        #expect(forecast(100, 100, 0) == .everybodyIsLinked)
        #expect(forecast(100, 120, 0) == .everybodyIsLinked)
    }

    @Test func `what takes more than ten years is not foretold`() {
        #expect(forecast(1_000_000, 0, 1) == .unknown(.tooFar))
        #expect(forecast(Int.max, 0, 1) == .unknown(.tooFar))
    }
}
