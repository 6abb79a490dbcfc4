import HTTP
package import Settings

/// Where the verifiers of these settings look for credentials, worked out once per version of the settings.
package struct CredentialPlan: Sendable {
    /// One place to look in, and who reads it.
    package struct Source: Sendable {
        package let place: CredentialPlace
        /// The scheme, cookie, field or parameter name.
        let name: [UInt8]
        /// Position in Clerk's order of preference; `nil`: Clerk does not read it.
        package fileprivate(set) var clerkRank: Int?
        /// Indices into `Settings.legacy`, in the order of the file.
        package fileprivate(set) var entries: [Int] = []
    }

    package private(set) var sources: [Source] = []
    let readsFields: Bool
    let readsQuery: Bool

    /// - Parameter clerkSuffix: of this instance's cookies (`ClerkCookies.suffix`); `nil` without a publishable key.
    package init(clerk: Bool, clerkSuffix: String?, legacy: [LegacySettings]) {
        var sources: [Source] = []
        func index(_ place: CredentialPlace, _ name: String) -> Int {
            // Schemes and field names are case-insensitive (RFC 9110 §11.1, §5.1); cookie and parameter names are not.
            let folds = place == .authorization || place == .field
            let bytes = folds ? name.utf8.map(\.asciiLowercased) : Array(name.utf8)
            if let known = sources.firstIndex(where: { $0.place == place && $0.name == bytes }) { return known }
            sources.append(Source(place: place, name: bytes))
            return sources.count - 1
        }
        if clerk {
            sources[index(.authorization, "bearer")].clerkRank = 0
            if let clerkSuffix { sources[index(.cookie, "__session_" + clerkSuffix)].clerkRank = 1 }
            sources[index(.cookie, "__session")].clerkRank = 2
        }
        for (entry, settings) in legacy.enumerated() {
            for source in settings.from {
                let at =
                    switch source {
                    case .bearer: index(.authorization, "bearer")
                    case .scheme(let name): index(.authorization, name)
                    case .cookie(let name): index(.cookie, name)
                    case .header(let name): index(.field, name)
                    case .query(let name): index(.query, name)
                    }
                if !sources[at].entries.contains(entry) { sources[at].entries.append(entry) }
            }
        }
        precondition(sources.count <= Int(UInt8.max))
        self.sources = sources
        readsFields = sources.contains { $0.place == .field }
        readsQuery = sources.contains { $0.place == .query }
    }

    func source(_ place: CredentialPlace, named name: Range<Int>, in bytes: [UInt8]) -> Int? {
        let folds = place == .authorization || place == .field
        for index in sources.indices where sources[index].place == place && sources[index].name.count == name.count {
            if sources[index].nameEquals(bytes, name, folding: folds) { return index }
        }
        return nil
    }
}

extension CredentialPlan.Source {
    fileprivate func nameEquals(_ bytes: [UInt8], _ range: Range<Int>, folding: Bool) -> Bool {
        var at = range.lowerBound
        for byte in name {
            guard (folding ? bytes[at].asciiLowercased : bytes[at]) == byte else { return false }
            at += 1
        }
        return true
    }
}
