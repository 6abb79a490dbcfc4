import HTTP
import Settings

/// The field names that no client may speak. A name is compared after lower-casing it and mapping every byte that is
/// neither a letter nor a digit to `-`, because WSGI, Rack, PHP and CGI fold names in just that way: `x_user_id` and
/// `X.User.Id` reach an application there as `X-User-Id` (oauth2-proxy CVE-2025-64484, Caddy GHSA-f59h-q822-g45g).
struct FieldFilter: Sendable {
    /// When a field line of this name must not reach an origin.
    enum Rule: Sendable {
        /// Only Segue, or nobody, may speak it.
        case always
        /// Frameworks let it replace the method: on a route that was matched by its method it would choose another one.
        case whereMethodsMatter
        /// It says where the client is, and only a trusted proxy is believed about that.
        case fromStrangers
        /// On some route Segue writes the origin's own credential there: `MintPlace` says whether on this one.
        case whereMinted
    }

    private struct Entry: Sendable {
        let name: [UInt8]
        let rule: Rule
    }

    /// Folded names by their length: most names of a request are dismissed by that alone.
    private let entriesByLength: [[Entry]]
    /// Fields whose word proves nothing, in lower case.
    private let unproved: [[UInt8]]

    /// - Parameters:
    ///   - minted: the fields in which origins get credentials of their own.
    ///   - unproved: those in which clients say who they are without proof.
    init(_ identity: IdentityFields, minted: [String], unproved: [String] = []) {
        self.unproved = unproved.map { $0.utf8.map(\.asciiLowercased) }
        let defaults = IdentityFields()
        var names = [identity.userID, defaults.userID]
        names += [identity, defaults].flatMap {
            [$0.clerkUserID, $0.email, $0.method, $0.migrated, $0.assertion?.field].compactMap { $0 }
        }
        let all =
            (names + FieldFilter.clerkInternal + FieldFilter.ours + FieldFilter.pathOverrides).map { ($0, Rule.always) }
            + FieldFilter.methodOverrides.map { ($0, .whereMethodsMatter) } + [("x-real-ip", .fromStrangers)]
            + minted.map { ($0, .whereMinted) }
        var byLength = [[Entry]](repeating: [], count: 1 + (all.map(\.0.utf8.count).max() ?? 0))
        for (name, rule) in all {
            let folded = NameFolding.folded(name)
            if !byLength[folded.count].contains(where: { $0.name == folded }) {
                byLength[folded.count].append(Entry(name: folded, rule: rule))
            }
        }
        entriesByLength = byLength
    }

    /// What Clerk's own middlewares tell each other inside a request (clerk/javascript, constants.ts).
    private static let clerkInternal = [
        "x-clerk-auth-token", "x-clerk-auth-signature", "x-clerk-auth-status", "x-clerk-auth-reason", "x-clerk-auth-message",
        "x-clerk-clerk-url", "x-clerk-request-data", "x-clerk-redirect-to",
    ]
    /// What Segue says about the connection, and what it reads. The exact names are `KnownField`s and have rules of their
    /// own; these are here for their other spellings.
    private static let ours = [
        "x-segue-assertion",
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-request-id",
        "content-length", "transfer-encoding", "authorization", "cookie", "host",
    ]
    /// IIS and several PHP frameworks route by these instead of the path that was matched here.
    private static let pathOverrides = ["x-original-url", "x-rewrite-url"]
    private static let methodOverrides = ["x-http-method-override", "x-http-method", "x-method-override"]

    /// The rule for a name that `KnownField` does not list.
    func rule(for name: Span<UInt8>) -> Rule? {
        guard name.count < entriesByLength.count else { return nil }
        for entry in entriesByLength[name.count] where matches(entry.name.span, name) { return entry.rule }
        return nil
    }

    /// Whether an origin might take this field for one whose word proves nothing, and which nobody here has read.
    func respellsUnproved(_ name: ArraySlice<UInt8>) -> Bool {
        unproved.contains { known in
            known.count == name.count && zip(known, name).allSatisfy { NameFolding.fold($0) == NameFolding.fold($1) }
                && !known.elementsEqual(name.lazy.map(\.asciiLowercased))
        }
    }

    private func matches(_ folded: Span<UInt8>, _ name: Span<UInt8>) -> Bool {
        for index in name.indices where NameFolding.fold(name[index]) != folded[index] { return false }
        return true
    }
}
