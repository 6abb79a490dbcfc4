import Crypto
import HTTP
package import JSON
import Settings
import Telemetry

/// When a text is an unsigned token of the old application's, and whom it names: an entry of `legacy` with kind `base64`.
/// It is never *forged*, because nothing about it can be.
struct UnsignedTokenRules {
    private let entry: Int
    private let settings: LegacySettings.UnsignedToken

    init(_ settings: LegacySettings.UnsignedToken, entry: Int) { (self.settings, self.entry) = (settings, entry) }

    func judge(_ text: Span<UInt8>, at now: UnixTime) -> Verifiers.Judged<LegacySubject> {
        guard let content = Self.decode(text) else { return (.foreign, .malformed) }
        switch settings.format {
        case .text: return AssertedIDRules.judge(content.span, entry: entry)
        case .json: return judge(content, at: now)
        }
    }

    private func judge(_ content: [UInt8], at now: UnixTime) -> Verifiers.Judged<LegacySubject> {
        let limits = JSONLimits(bytes: AuthenticationLimits.tokenBytes, depth: 8)
        guard let object = try? JSONValue(parsing: content, limits: limits), object.object != nil else {
            return (.foreign, .malformed)
        }
        guard let user = UserID(object[settings.userIDMember]) else { return (.foreign, .userIDClaim) }
        // Nobody stops a client from leaving it out; an honest one is told to sign in again, as before.
        var expires: UnixTime?
        if let end = object["exp"] {
            guard let seconds = end.double, abs(seconds) < 1e12 else { return (.foreign, .malformed) }
            expires = UnixTime(seconds: Int64(seconds))
        }
        let subject = LegacySubject(user: user, entry: entry, isSecure: false, expires: expires)
        return TokenDates(expires: expires).verdict(subject, at: now)
    }

    /// RFC 4648 §4 or §5, with or without padding: applications write either.
    private static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var bytes = [UInt8](copying: text)
        var padding = 0
        while bytes.last == UInt8(ascii: "="), padding < 2 {
            bytes.removeLast()
            padding += 1
        }
        guard padding == 0 || text.count % 4 == 0 else { return nil }
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "+") { bytes[index] = UInt8(ascii: "-") }
            if bytes[index] == UInt8(ascii: "/") { bytes[index] = UInt8(ascii: "_") }
        }
        var decoded: [UInt8] = []
        return Base64.decodeURL(bytes.span, 0..<bytes.count, appendingTo: &decoded) ? decoded : nil
    }
}

/// When a text can be an id at all: an entry of `legacy` with kind `asserted`.
enum AssertedIDRules {
    static func judge(_ text: Span<UInt8>, entry: Int) -> Verifiers.Judged<LegacySubject> {
        guard text.count > 0, text.count <= AuthenticationLimits.assertedBytes else { return (.foreign, .tooLong) }
        for index in text.indices where text[index] <= 0x20 || text[index] >= 0x7F { return (.foreign, .malformed) }
        let user = UserID(String(decoding: [UInt8](copying: text), as: UTF8.self))
        return (.valid(LegacySubject(user: user, entry: entry, isSecure: false, expires: nil)), nil)
    }
}

extension UserID {
    /// A member that holds an id: a string that is not empty, or a whole number.
    package init?(_ value: JSONValue?) {
        if let text = value?.string, !text.isEmpty {
            self.init(text)
        } else if let number = value?.int64 {
            self.init(String(number))
        } else {
            return nil
        }
    }
}
