import HTTP

/// The ids in a request's credentials that prove nothing (`insecure`). They may pass a request that nothing better speaks for;
/// beside a proof they are held against it.
struct UnprovedIDs: Sendable {
    private(set) var first: LegacySubject?
    /// Two places, or two copies of one, name two people: frameworks differ in which one they read.
    private(set) var isAmbiguous = false

    var isEmpty: Bool { first == nil && !isAmbiguous }

    mutating func add(_ subject: LegacySubject) {
        if let first { isAmbiguous = isAmbiguous || first.user != subject.user } else { first = subject }
    }

    mutating func addTwice() { isAmbiguous = true }
}

extension Evidence {
    /// Whether the request passes by a credential that proves nothing.
    package var isUnproved: Bool {
        switch claimant {
        case .legacy(let subject), .legacyBesideExpired(let subject, _): !subject.isSecure
        case .nobody, .clerk, .both: false
        }
    }

    /// Whether an unproved credential says somebody else than the caller, whom another one has proved.
    package func contradicts(_ user: UserID) -> Bool {
        guard !unproved.isEmpty, !isUnproved else { return false }
        return unproved.isAmbiguous || unproved.first.map { !Self.areSame($0.user, user) } ?? false
    }

    /// A client may write an id in another way than the database prints it (a UUID in upper case).
    private static func areSame(_ a: UserID, _ b: UserID) -> Bool {
        a.text.utf8.elementsEqual(b.text.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }
}
