import Settings

/// Old credentials that prove nothing are for a machine that only its own proxy reaches, or for somebody who has said in the
/// environment, which a settings file cannot do by accident, that everybody may be anybody.
struct InsecureListener: Error, CustomStringConvertible {
    let names: [String]
    let addresses: [String]

    static let consent = "SEGUE_ALLOW_INSECURE"

    var description: String {
        """
        legacy \(names.map { "\"\($0)\"" }.joined(separator: ", ")) proves nothing, and \(addresses.joined(separator: ", ")) \
        can be reached from other machines: listen on 127.0.0.1, or set \(Self.consent)=1
        """
    }

    /// - Parameter listen: where the process listens, or is about to.
    static func check(_ settings: Settings, listen: [Listen], environment: [String: String]) throws(InsecureListener) {
        let names = settings.legacy.filter(\.insecure).map(\.name)
        let open = listen.map(\.address).filter { !isLoopback($0) }
        guard !names.isEmpty, !open.isEmpty, environment[consent] != "1" else { return }
        throw InsecureListener(names: names, addresses: open)
    }

    private static func isLoopback(_ address: String) -> Bool {
        let host = address.split(separator: ":", omittingEmptySubsequences: false).dropLast().joined(separator: ":")
        return host == "localhost" || host == "[::1]" || host.hasPrefix("127.")
    }
}
