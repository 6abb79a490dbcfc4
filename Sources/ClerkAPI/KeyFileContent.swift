import JOSE
import JSON
import Telemetry

/// What survives a restart, so that valid tokens pass while Clerk is away: the keys, of which issuer they are, and how
/// old. They are public, but whoever could write the file could sign in as anybody, hence its mode 0600.
struct KeyFileContent: Sendable {
    struct Retired: Sendable {
        let key: KeySet.Entry
        let goodUntil: UnixTime
    }

    let fetched: UnixTime
    let keys: [KeySet.Entry]
    var retired: [Retired] = []

    func encoded(issuer: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("issuer")
        json.string(issuer)
        json.key("fetched_at_ms")
        json.int(fetched.milliseconds)
        json.key("jwks")
        json.raw(KeySet(keys).jwkSet)
        json.key("retired")
        json.beginArray()
        for entry in retired {
            json.beginObject()
            json.key("good_until_ms")
            json.int(entry.goodUntil.milliseconds)
            json.key("jwks")
            json.raw(KeySet([entry.key]).jwkSet)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    enum Failure: Error, Hashable {
        case notAKeyFile
        /// The file is of another instance: its keys must not verify ours.
        case otherIssuer(String)
    }

    init(parsing content: [UInt8], issuer: String) throws(Failure) {
        guard let file = try? JSONValue(parsing: content, limits: JSONLimits(bytes: Limits.keyFileBytes)),
            let writtenFor = file["issuer"]?.string, let fetched = file["fetched_at_ms"]?.int64, let jwks = file["jwks"]
        else { throw .notAKeyFile }
        guard writtenFor.utf8.elementsEqual(issuer.utf8) else { throw .otherIssuer(writtenFor) }
        self.fetched = UnixTime(milliseconds: fetched)
        keys = try Self.keys(of: jwks, in: content)
        guard !keys.isEmpty else { throw .notAKeyFile }
        for entry in file["retired"]?.array ?? [] {
            guard let goodUntil = entry["good_until_ms"]?.int64, let jwks = entry["jwks"] else { throw .notAKeyFile }
            retired += try Self.keys(of: jwks, in: content).map { Retired(key: $0, goodUntil: UnixTime(milliseconds: goodUntil)) }
        }
    }

    init(fetched: UnixTime, keys: [KeySet.Entry], retired: [Retired]) {
        (self.fetched, self.keys, self.retired) = (fetched, keys, retired)
    }

    private static func keys(of jwks: JSONValue, in content: [UInt8]) throws(Failure) -> [KeySet.Entry] {
        guard let set = try? KeySet(jwkSet: Array(content[jwks.range])) else { throw .notAKeyFile }
        return set.entries
    }
}
