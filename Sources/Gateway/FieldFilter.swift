import HTTP
import Settings

/// The field names that no client may speak. A name is compared after lower-casing it and mapping every byte that is
/// neither a letter nor a digit to `-`, because WSGI, Rack, PHP and CGI fold names in just that way: `x_user_id` and
/// `X.User.Id` reach an application there as `X-User-Id` (oauth2-proxy CVE-2025-64484, Caddy GHSA-f59h-q822-g45g).
struct FieldFilter: Sendable {
    /// Folded names by their length: most names of a request are dismissed by that alone.
    private let namesByLength: [[[UInt8]]]

    init(_ identity: IdentityFields) {
        let defaults = IdentityFields()
        var names = [identity.userID, defaults.userID]
        names += [identity, defaults].flatMap { [$0.clerkUserID, $0.email, $0.method, $0.migrated].compactMap { $0 } }
        names += FieldFilter.clerkInternal + FieldFilter.ours
        var byLength = [[[UInt8]]](repeating: [], count: 1 + (names.map(\.utf8.count).max() ?? 0))
        for name in names {
            let folded = name.utf8.map(FieldFilter.fold)
            if !byLength[folded.count].contains(folded) { byLength[folded.count].append(folded) }
        }
        namesByLength = byLength
    }

    /// What Clerk's own middlewares tell each other inside a request (clerk/javascript, constants.ts).
    private static let clerkInternal = [
        "x-clerk-auth-token", "x-clerk-auth-signature", "x-clerk-auth-status", "x-clerk-auth-reason", "x-clerk-auth-message",
        "x-clerk-clerk-url", "x-clerk-request-data", "x-clerk-redirect-to",
    ]
    /// What Segue says about the connection. The exact names are `KnownField`s and have rules of their own; these are
    /// here for their other spellings.
    private static let ours = [
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-request-id",
        "content-length", "transfer-encoding", "authorization", "cookie", "host",
    ]

    /// Whether this field line must not reach an origin. The line's name is not one that `KnownField` lists.
    func refuses(_ name: Span<UInt8>) -> Bool {
        guard name.count < namesByLength.count else { return false }
        for candidate in namesByLength[name.count] where matches(candidate.span, name) { return true }
        return false
    }

    private func matches(_ folded: Span<UInt8>, _ name: Span<UInt8>) -> Bool {
        for index in name.indices where FieldFilter.fold(name[index]) != folded[index] { return false }
        return true
    }

    private static func fold(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: UInt8(ascii: "-")
        }
    }
}
