import HTTP
import Routing
package import Settings

/// Where the verifiers of these settings look for credentials, worked out once per version of the settings. The names
/// lie in one run of bytes and the rest of a source is plain values, so that looking one up counts no references.
package final class CredentialPlan {
    /// One place to look in.
    struct Source {
        let place: CredentialPlace
        /// The scheme, cookie, field or parameter name, in `names`.
        fileprivate let nameStart: Int
        fileprivate let nameCount: Int
        /// Position in Clerk's order of preference; `nil`: Clerk does not read it.
        fileprivate(set) var clerkRank: Int?
        /// Whether an old credential may stand there.
        fileprivate(set) var isLegacy = false
        /// Whether somebody reads it who takes what proves nothing (`insecure`).
        fileprivate(set) var isUnproved = false
    }

    private(set) var sources: [Source] = []
    /// For each source, who of `Settings.legacy` reads it, in the order of the file.
    private(set) var entries: [[Int]] = []
    /// For each source, how the settings write it.
    private(set) var spellings: [CredentialSource?] = []
    /// Cookies and parameters whose word proves nothing, for their other spellings.
    let unprovedCookies: [[UInt8]]
    let unprovedParameters: [QueryName]
    /// For each route, where Clerk's token may also stand on an Upgrade.
    let upgrades: [UpgradeTokens?]
    private var names: [UInt8] = []
    let readsFields: Bool
    let readsQuery: Bool
    let readsWholeAuthorization: Bool

    /// - Parameter clerkSuffix: of this instance's cookies (`ClerkCookies.suffix`); `nil` without a publishable key.
    /// - Parameter upgrades: for each route, its `upgradeFrom`.
    package init(clerk: Bool, clerkSuffix: String?, legacy: [LegacySettings], upgrades: [[Route.UpgradeSource]] = []) {
        self.upgrades = upgrades.map { clerk && !$0.isEmpty ? UpgradeTokens($0) : nil }
        let all = legacy.flatMap(\.from)
        unprovedCookies = legacy.filter(\.insecure).flatMap(\.from).compactMap { source in
            if case .cookie(let name) = source { NameFolding.folded(name) } else { nil }
        }
        unprovedParameters = legacy.filter(\.insecure).flatMap(\.from).compactMap { source in
            if case .query(let name) = source { QueryName(name) } else { nil }
        }
        readsFields = all.contains { if case .header = $0 { true } else { false } }
        readsQuery = all.contains { if case .query = $0 { true } else { false } }
        readsWholeAuthorization = all.contains {
            if case .header(let name) = $0 { name.utf8.map(\.asciiLowercased) == Array("authorization".utf8) } else { false }
        }
        if clerk {
            let bearer = add(.authorization, "bearer")
            sources[bearer].clerkRank = 0
            if let clerkSuffix {
                let suffixed = add(.cookie, "__session_" + clerkSuffix)
                sources[suffixed].clerkRank = 1
            }
            let plain = add(.cookie, "__session")
            sources[plain].clerkRank = 2
        }
        for (entry, settings) in legacy.enumerated() {
            for source in settings.from { read(source, by: entry, isSecure: !settings.insecure) }
        }
        precondition(sources.count <= Int(UInt8.max))
    }

    private func read(_ source: CredentialSource, by entry: Int, isSecure: Bool) {
        let index =
            switch source {
            case .bearer: add(.authorization, "bearer")
            case .scheme(let name): add(.authorization, name)
            case .cookie(let name): add(.cookie, name)
            case .header(let name): add(.field, name)
            case .query(let name): add(.query, name)
            }
        spellings[index] = spellings[index] ?? source
        if !entries[index].contains(entry) { entries[index].append(entry) }
        sources[index].isLegacy = true
        if !isSecure { sources[index].isUnproved = true }
    }

    private func add(_ place: CredentialPlace, _ name: String) -> Int {
        let bytes = place.foldsNames ? name.utf8.map(\.asciiLowercased) : Array(name.utf8)
        if let known = source(place, named: bytes.indices, in: bytes) { return known }
        sources.append(Source(place: place, nameStart: names.count, nameCount: bytes.count))
        entries.append([])
        spellings.append(nil)
        names.append(contentsOf: bytes)
        return sources.count - 1
    }

    /// Where a credential stands, in words: `Authorization: Bearer`, `cookie session_token`.
    func description(of credential: FoundCredential) -> String {
        let source = Int(credential.source)
        guard sources.indices.contains(source) else {
            return credential.place == .query ? "query parameter of an Upgrade" : "subprotocol of an Upgrade"
        }
        let (place, start) = (sources[source].place, sources[source].nameStart)
        let name = String(decoding: names[start..<start + sources[source].nameCount], as: UTF8.self)
        switch place {
        case .authorization: return "Authorization: \(name)"
        case .field: return "field \(name)"
        case .query: return "query parameter \(name)"
        case .cookie: return "cookie \(name)"
        }
    }

    func source(_ place: CredentialPlace, named name: Range<Int>, in bytes: [UInt8]) -> Int? {
        let folds = place.foldsNames
        search: for index in sources.indices where sources[index].place == place && sources[index].nameCount == name.count {
            let start = sources[index].nameStart
            for offset in 0..<name.count {
                let byte = bytes[name.lowerBound + offset]
                if (folds ? byte.asciiLowercased : byte) != names[start + offset] { continue search }
            }
            return index
        }
        return nil
    }
}

extension CredentialPlace {
    /// Schemes and field names are case-insensitive (RFC 9110 §11.1, §5.1); cookie and parameter names are not.
    fileprivate var foldsNames: Bool { self == .authorization || self == .field }
}
