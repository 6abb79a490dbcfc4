package import Fetch
package import JOSE
package import Settings
import HTTP
import Sockets
import Telemetry

/// What Clerk answers to an operator who asks whether the settings are right: its keys as everybody gets them, and as the
/// secret key gets them. Two different sets mean that the two keys belong to two instances.
package struct ClerkProbe: Sendable {
    /// The published set, or why there is none.
    package let published: Result<KeySet, ClerkProbeFailure>
    /// The Backend API's; `nil` without a secret key.
    package let own: Result<KeySet, ClerkProbeFailure>?
    /// How far our clock is ahead of Clerk's, by its Date field; `nil` where none came.
    package let aheadSeconds: Int64?

    package static func ask(_ settings: ClerkSettings, _ client: FetchClient) async -> ClerkProbe {
        let published = await answer(settings.jwksURL, KeyWorld.fields(settings), client)
        let base = settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL
        var own: Answer?
        if settings.secretKey != nil {
            own = await answer(base + "/v1/jwks", ClerkBackendAPI.fields(secretKey: settings.secretKey), client)
        }
        return ClerkProbe(published: published.keys, own: own?.keys, aheadSeconds: published.aheadSeconds ?? own?.aheadSeconds)
    }

    private struct Answer {
        let keys: Result<KeySet, ClerkProbeFailure>
        let aheadSeconds: Int64?
    }

    private static func answer(_ url: String, _ fields: [FetchRequest.Field], _ client: FetchClient) async -> Answer {
        let request = FetchRequest(
            .get, url, fields: fields, timeoutMilliseconds: Limits.keyFetchMilliseconds, responseBytesMax: TokenLimits.keySetBytes)
        let response: FetchResponse
        do throws(FetchError) { response = try await client.send(request) } catch {
            return Answer(keys: .failure(.unreachable("\(error)")), aheadSeconds: nil)
        }
        let clerks = response.field("Date").flatMap(UnixTime.init(httpDate:))
        let ahead = clerks.map { UnixTime(milliseconds: Clock.wallMilliseconds()).seconds - $0.seconds }
        if response.status.code == 401 || response.status.code == 403 {
            return Answer(keys: .failure(.refused), aheadSeconds: ahead)
        }
        switch KeyWorld.keySet(.success(response)) {
        case .success(let keys): return Answer(keys: .success(keys), aheadSeconds: ahead)
        case .failure(let problem): return Answer(keys: .failure(.unusable(problem.text)), aheadSeconds: ahead)
        }
    }
}

package enum ClerkProbeFailure: Error, Sendable, Hashable {
    case unreachable(String)
    /// Clerk knows no such key.
    case refused
    /// An answer that is no key set.
    case unusable(String)
}
