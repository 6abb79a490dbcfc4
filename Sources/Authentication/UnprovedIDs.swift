import HTTP

/// The ids in a request's credentials that prove nothing (`insecure`). They may pass a request that nothing better speaks for;
/// beside a proof they are held against it.
struct UnprovedIDs: Sendable {
    private(set) var first: LegacySubject?
    /// Two places, or two copies of one, name two people: frameworks differ in which one they read.
    private(set) var isAmbiguous = false
    /// Something stands there that names nobody to us. An origin may be lenient, and find whom the client likes: Python's Base64
    /// passes over what it does not know, JavaScript's JSON takes the last of two members.
    private(set) var isUnreadable = false

    mutating func add(_ subject: LegacySubject) {
        if let first { isAmbiguous = isAmbiguous || first.user != subject.user } else { first = subject }
    }

    mutating func addTwice() { isAmbiguous = true }

    mutating func addUnreadable() { isUnreadable = true }
}

extension CredentialPass {
    /// What is said without proof beside a proof. Nobody is asked for it: who cannot be read at once counts as unreadable.
    func noteUnproved(_ sides: inout Sides) {
        guard sides.provesSomebody else { return }
        if found.isIncomplete { sides.unproved.addUnreadable() }
        for index in 0..<found.count where found[index].isLegacy && !sides.clerkOwned.contains(CredentialSet(index: index)) {
            let source = Int(found[index].source)
            guard verifiers.plan.sources[source].isUnproved else { continue }
            note(index, source, &sides.unproved)
        }
    }

    private func note(_ index: Int, _ source: Int, _ unproved: inout UnprovedIDs) {
        if verifiers.isAsserted(source), isRepeated(index) { return unproved.addTwice() }
        let judged = try? withToken(index) { text throws(Question) in
            try verifiers.judgeLegacy(text, credential: index, source: source, answers, at: now)
        }
        switch judged?.verdict {
        case .valid(let subject), .expired(.some(let subject)): if !subject.isSecure { unproved.add(subject) }
        case nil, .absent, .foreign, .expired(nil), .forged, .unavailable: unproved.addUnreadable()
        }
    }
}

extension CredentialPass.Sides {
    fileprivate var provesSomebody: Bool {
        if case .valid = clerk.verdict { return true }
        if case .valid(let subject) = legacy.verdict { return subject.isSecure }
        return false
    }
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
        unproved.isAmbiguous || unproved.first.map { !Self.areSame($0.user, user) } ?? false
    }

    /// Whether an origin that reads unproved credentials by itself might find somebody else there than the caller.
    package func mayContradict(_ user: UserID) -> Bool { unproved.isUnreadable || contradicts(user) }

    /// Whether an unproved credential says somebody else than the old credential that proves whose it is. For a route in `observe`,
    /// where nobody is asked who the person of a Clerk session is.
    package var contradictsLegacy: Bool {
        guard case .valid(let subject) = legacy, subject.isSecure else { return false }
        return contradicts(subject.user)
    }

    /// A client may write an id in another way than the database prints it (a UUID in upper case).
    private static func areSame(_ a: UserID, _ b: UserID) -> Bool {
        a.text.utf8.elementsEqual(b.text.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }
}
