package import Authentication
import Identity
package import Telemetry

/// Sessions of the application's own, made for callers of an origin that knows nothing else. They go through the
/// connections that write links: the others are read-only.
extension DirectoryThread: SessionRows {
    package func add(_ statement: String, token: Secret, user: UserID, until: UnixTime) async throws(Unavailable) {
        _ = try await write(statement, token, user, until: until)
    }

    package func extend(_ statement: String, token: Secret, until: UnixTime) async throws(Unavailable) -> Bool {
        try await write(statement, token, nil, until: until)
    }
}
