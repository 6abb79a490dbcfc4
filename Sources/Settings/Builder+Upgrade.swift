extension Builder {
    /// `query:NAME` and `protocol:PREFIX`, for handshakes in which a browser can set no field.
    func upgradeSources(_ section: Entry) -> [Route.UpgradeSource] {
        if section.elements.count > Route.upgradeSourcesMax {
            problems.error(section, found: "\(section.elements.count) places", expected: "\(Route.upgradeSourcesMax) at most")
        }
        return section.elements.compactMap { element in
            let parts = (element.text ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch (parts.first, parts.count == 2 && isToken(parts[1])) {
            case ("query", true): return .query(parts[1])
            case ("protocol", true): return .subprotocol(parts[1])
            default:
                problems.error(
                    element, expected: "query:NAME or protocol:PREFIX", hint: "Authorization and cookies are read in any case")
                return nil
            }
        }
    }
}
