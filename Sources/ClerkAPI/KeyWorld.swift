import Crypto
import Fetch
import Files
import HTTP
import JOSE
import Settings
import Sockets
import Telemetry

/// All that the keeper of keys asks of the world: the time, chance, Clerk and a file. Tests give it another one.
struct KeyWorld: Sendable {
    /// Milliseconds that never go back.
    var now: @Sendable () -> Int64
    var wall: @Sendable () -> UnixTime
    /// In 0..<1.
    var random: @Sendable () -> Double
    /// Fetches the set once; the answer comes on any thread.
    var fetch: @Sendable (@escaping @Sendable (Result<KeySet, KeySetProblem>) -> Void) -> Void
    var schedule: @Sendable (_ milliseconds: Int, @escaping @Sendable () -> Void) -> Void
    var load: @Sendable () -> KeyFileContent?
    var store: @Sendable (KeyFileContent) -> Void
}

extension KeyWorld {
    init(settings: ClerkSettings, client: FetchClient, file: KeyFile?) {
        now = { Clock.monotonicMilliseconds() }
        wall = { UnixTime(milliseconds: Clock.wallMilliseconds()) }
        random = { Double.random(in: 0..<1) }
        schedule = { client.engine.schedule(afterMilliseconds: $0, $1) }
        load = { file?.load() }
        store = { file?.store($0) }
        let request = FetchRequest(
            .get, settings.jwksURL, fields: Self.fields(settings), timeoutMilliseconds: Limits.keyFetchMilliseconds,
            responseBytesMax: TokenLimits.keySetBytes)
        fetch = { completion in client.start(request) { completion(Self.keySet($0)) } }
    }

    /// The Frontend API publishes the set to everybody; the Backend API's `/v1/jwks` wants our key, and nobody else gets it.
    static func fields(_ settings: ClerkSettings) -> [FetchRequest.Field] {
        guard settings.jwksURL.hasPrefix(settings.apiURL + (settings.apiURL.hasSuffix("/") ? "" : "/")) else {
            return [.init("Accept", "application/json")]
        }
        return ClerkBackendAPI.fields(secretKey: settings.secretKey)
    }

    /// Clerk signs session tokens with RS256: other keys are passed over.
    static func keySet(_ result: Result<FetchResponse, FetchError>) -> Result<KeySet, KeySetProblem> {
        switch result {
        case .failure(let error): return .failure(KeySetProblem(text: "\(error)"))
        case .success(let response):
            guard response.status == .ok else { return .failure(KeySetProblem(text: "status \(response.status.code)")) }
            do throws(JWKSetError) {
                let entries = try KeySet(jwkSet: response.content).entries.filter { $0.key.parameters.algorithm == .rs256 }
                return entries.isEmpty ? .failure(KeySetProblem(text: "the set has no RS256 key")) : .success(KeySet(entries))
            } catch {
                return .failure(KeySetProblem(text: "not a usable JWK set: \(error)"))
            }
        }
    }
}

/// The state file. Whatever is wrong with it costs its use and nothing else.
struct KeyFile: Sendable {
    private let file: PrivateFile
    private let issuer: String
    private let report: @Sendable (String) -> Void

    init(directory: String, issuer: String, report: @escaping @Sendable (String) -> Void) {
        file = PrivateFile(path: "\(directory)/clerk-keys.json")
        (self.issuer, self.report) = (issuer, report)
    }

    func load() -> KeyFileContent? {
        do {
            return try KeyFileContent(parsing: try file.read(bytesMax: Limits.keyFileBytes), issuer: issuer)
        } catch PrivateFile.Failure.absent {
            return nil
        } catch {
            report("\(file.path) is not used: \(error)")
            return nil
        }
    }

    func store(_ content: KeyFileContent) {
        do throws(PrivateFile.Failure) {
            try file.write(content.encoded(issuer: issuer))
        } catch {
            report("\(file.path) cannot be written: \(error)")
        }
    }
}
