import HTTP
import HTTPServer

/// The edition of the Backend API that a request asks for.
enum APIVersion: String, CaseIterable, Comparable {
    case v2021 = "2021-02-05"
    case v2024 = "2024-10-01"
    case v2025March = "2025-03-12"
    case v2025April = "2025-04-10"
    case v2025November = "2025-11-10"
    case v2026 = "2026-05-12"

    /// From the field `Clerk-API-Version` or the parameter `__clerk_api_version`, not both; the newest without either.
    init(_ request: ServerRequest, _ query: Query) throws(ClerkProblem) {
        let (field, parameter) = (request.field("Clerk-API-Version"), query.first("__clerk_api_version"))
        let given = field ?? parameter
        guard field == nil || parameter == nil, let version = given.map(APIVersion.init(rawValue:)) ?? .v2026 else {
            throw ClerkProblem(.badRequest, "api_version_invalid", "The API version is invalid.")
        }
        self = version
    }

    /// Metadata moved to `/v1/users/{id}/metadata` with 2026-05-12.
    var patchTakesMetadata: Bool { self < .v2026 }

    static func < (a: APIVersion, b: APIVersion) -> Bool { a.rawValue < b.rawValue }
}
