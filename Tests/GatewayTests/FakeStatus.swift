import Authentication

@testable import Gateway

/// How far a migration is in a journey.
final class FakeStatus: StatusSource {
    private let outage: Unavailable?

    init(outage: Unavailable?) { self.outage = outage }

    func status() async throws(Unavailable) -> [UInt8] {
        if let outage { throw outage }
        return Array(#"{"total_users":16}"#.utf8)
    }
}
