package import Crypto
import HTTP
package import HTTPServer
import Snapshot
package import Telemetry

/// An offline Clerk: the key set, the Backend API's users and sessions, and what a test needs to make trouble. It holds
/// everything in memory, and one request at a time changes it.
package final class Emulator: Sendable {
    package let settings: EmulatorSettings
    private let now: @Sendable () -> UnixTime
    private let instance: Guarded<EmulatedInstance>

    /// `now` is the wall clock.
    package init(_ settings: EmulatorSettings, now: @escaping @Sendable () -> UnixTime) throws(CryptoError) {
        (self.settings, self.now) = (settings, now)
        let key: PrivateKey
        if let pem = settings.signingKey { key = try PrivateKey(pem: pem) } else { key = try PrivateKey(generating: .rs256) }
        instance = Guarded(EmulatedInstance(settings: settings, key: key))
    }

    package func handle(_ request: ServerRequest) async -> ServerResponse {
        let time = now()
        return instance.withLock { instance in instance.handle(request, at: time) }
    }

    /// Adds the users of a seed file: `{"users": […]}`, each as `POST /__emulator/users` takes it.
    package func seed(_ content: [UInt8]) throws(SeedError) {
        let time = now()
        try instance.withLock { instance throws(SeedError) in try instance.seed(content, at: time) }
    }

    /// The public key that tokens are signed with, in PEM: `CLERK_JWT_KEY`.
    package var publicKey: String { instance.withLock { $0.keys.current.key.publicKey.pem } }
}

package struct EmulatorSettings: Sendable {
    /// The claim `iss`, and where the key set is: `http://127.0.0.1:9100`.
    package var issuer: String
    package var secretKey: Secret
    /// The claim `azp` of tokens: the front end's origin.
    package var origin: String?
    /// PEM; a fresh key is made without it.
    package var signingKey: Secret?

    package init(issuer: String, secretKey: Secret, origin: String?, signingKey: Secret? = nil) {
        (self.issuer, self.secretKey, self.origin, self.signingKey) = (issuer, secretKey, origin, signingKey)
    }
}

package enum SeedError: Error, Hashable, Sendable {
    case notJSON(String)
    /// The user at this place, from 0, and what is wrong with it.
    case user(Int, String)
}

extension SeedError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let reason): "the seed: \(reason)"
        case .user(let index, let reason): "the seed, users[\(index)]: \(reason)"
        }
    }
}
