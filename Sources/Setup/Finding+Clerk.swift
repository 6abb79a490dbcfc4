package import ClerkAPI
import Crypto
import JOSE
package import Settings
import Telemetry

/// What Clerk's answers mean.
extension Finding {
    package static func all(of probe: ClerkProbe, _ settings: ClerkSettings) -> [Finding] {
        [published(probe, settings), own(probe, settings), given(probe, settings), clock(probe)].compactMap { $0 }
    }

    private static func published(_ probe: ClerkProbe, _ settings: ClerkSettings) -> Finding {
        switch probe.published {
        case .success(let keys):
            return Finding(.ok, "clerk", "keys", "\(settings.jwksURL) publishes \(counted(keys.entries.count, "key"))")
        case .failure(.unreachable(let reason)):
            // With a key in the settings nobody asks for these.
            return Finding(
                settings.jwtKey == nil ? .unreachable : .note, "clerk", "keys_unreachable", "\(settings.jwksURL): \(reason)",
                remedy: "may this machine reach it? Is the publishable key, or the issuer, that of your instance?")
        case .failure(.refused):
            return Finding(
                .error, "clerk", "keys_refused", "\(settings.jwksURL) wants a key that it does not get",
                remedy: "leave out clerk.jwksUrl: the set is published at the issuer")
        case .failure(.unusable(let reason)):
            return Finding(
                .error, "clerk", "keys_unusable", "\(settings.jwksURL) has no usable keys: \(reason)",
                remedy: "is the publishable key, or the issuer, that of your instance?")
        }
    }

    private static func own(_ probe: ClerkProbe, _ settings: ClerkSettings) -> Finding? {
        switch probe.own {
        case nil:
            return Finding(
                .warning, "clerk", "secret_key_missing", "there is no secret key: nobody can be linked",
                remedy: "CLERK_SECRET_KEY; dashboard.clerk.com, API keys")
        case .success(let own):
            guard case .success(let published) = probe.published else {
                return Finding(.ok, "clerk", "secret_key", "Clerk takes the secret key")
            }
            guard !own.entries.contains(where: { published.contains($0.key) }) else {
                return Finding(.ok, "clerk", "secret_key", "Clerk takes the secret key, and it is of the same instance")
            }
            return Finding(
                .error, "clerk", "instances_differ", "the secret key and the publishable key (or issuer) are of two instances",
                remedy: "copy both from one instance's API keys page")
        case .failure(.refused):
            return Finding(
                .error, "clerk", "secret_key_refused", "Clerk refuses the secret key",
                remedy: "dashboard.clerk.com, API keys: was it rotated?")
        case .failure(.unreachable(let reason)):
            return Finding(
                .unreachable, "clerk", "api_unreachable", "\(settings.apiURL): \(reason)", remedy: "may this machine reach it?")
        case .failure(.unusable(let reason)):
            return Finding(
                .warning, "clerk", "api_answer", "\(settings.apiURL)/v1/jwks: \(reason)",
                remedy: "is clerk.apiUrl Clerk's Backend API?")
        }
    }

    /// A key in the settings stays while Clerk's changes.
    private static func given(_ probe: ClerkProbe, _ settings: ClerkSettings) -> Finding? {
        guard let pem = settings.jwtKey, case .success(let published) = probe.published, let key = try? PublicKey(pem: pem) else {
            return nil
        }
        if published.contains(key) { return Finding(.ok, "clerk", "jwt_key", "jwtKey is one of Clerk's keys") }
        return Finding(
            .error, "clerk", "jwt_key_unknown", "jwtKey is none of the keys that Clerk publishes: every session is refused",
            remedy: "copy it anew, or leave it out and Segue follows Clerk's keys by itself")
    }

    /// Tokens are judged with five seconds of leeway.
    private static func clock(_ probe: ClerkProbe) -> Finding? {
        guard let ahead = probe.aheadSeconds else { return nil }
        let words = ahead < 0 ? "\(-ahead) s behind" : "\(ahead) s ahead of"
        switch ahead.magnitude {
        case 0...2: return Finding(.ok, "clock", "clock", "this machine's clock agrees with Clerk's")
        case 3...5:
            return Finding(.warning, "clock", "clock_drifts", "this machine's clock is \(words) Clerk's", remedy: "set it by NTP")
        default:
            return Finding(
                .error, "clock", "clock_wrong",
                "this machine's clock is \(words) Clerk's: good tokens are refused, or old ones taken",
                remedy: "set it by NTP")
        }
    }
}
