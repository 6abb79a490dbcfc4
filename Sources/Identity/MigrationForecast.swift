package import Telemetry

/// When everybody would be linked if the last seven days went on like this.
package enum MigrationForecast: Sendable, Hashable {
    case everybodyIsLinked
    case at(UnixTime, linksPerDay: Double)
    case unknown(Reason)

    package enum Reason: String, Sendable, Hashable {
        case emptyTable = "empty_table"
        /// Nobody was linked lately, or as many links were taken away.
        case standstill
        /// More than ten years.
        case tooFar = "too_far"
    }

    package init(_ counts: MigrationCounts, linkedInSevenDays: Int, now: UnixTime) {
        if counts.total == 0 {
            self = .unknown(.emptyTable)
        } else if counts.notMigrated <= 0 {
            self = .everybodyIsLinked
        } else if linkedInSevenDays <= 0 {
            self = .unknown(.standstill)
        } else {
            let pace = Double(linkedInSevenDays) / 7
            let days = (Double(counts.notMigrated) / pace).rounded(.up)
            self = days > 3_650 ? .unknown(.tooFar) : .at(now.adding(seconds: Int64(days) * 86_400), linksPerDay: pace)
        }
    }
}
