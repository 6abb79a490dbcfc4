import Fetch
import Telemetry

/// What every call of Clerk's Backend API carries.
enum ClerkBackendAPI {
    /// The edition of the published API that Segue speaks. Without it Clerk chooses one.
    static let version = "2026-05-12"

    static func fields(secretKey: Secret?) -> [FetchRequest.Field] {
        var fields = [FetchRequest.Field("Accept", "application/json"), .init("Clerk-API-Version", version)]
        if let secretKey { fields.append(.bearer(secretKey)) }
        return fields
    }
}
