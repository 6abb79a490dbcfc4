import HTTP
import Settings
import Telemetry

/// One pass over the credentials of a request: both sides' verdicts, or the first question that must be asked.
struct CredentialPass {
    /// Which sides a route's mode depends on. `clerk` leaves the old side alone: nobody's session is looked up there.
    struct Asked {
        let clerk: Bool
        let legacy: Bool
        /// Credentials that are known to be Clerk's.
        var except: CredentialSet = []

        init(clerk: Bool, legacy: Bool, except: CredentialSet) { (self.clerk, self.legacy, self.except) = (clerk, legacy, except) }

        init(by mode: Mode) {
            clerk = mode == .clerk || mode == .dual || mode == .observe
            legacy = mode == .legacy || mode == .dual || mode == .observe
        }
    }

    struct Sides {
        var clerk = Side<ClerkSubject>()
        var legacy = Side<LegacySubject>()
        var clerkOwned = CredentialSet()
        var isLegacyKnown = false
        var unproved = UnprovedIDs()
    }

    let verifiers: Verifiers
    let head: RequestHead
    let found: FoundCredentials
    let answers: Answers?
    let now: UnixTime

    init(_ verifiers: Verifiers, _ head: RequestHead, _ found: FoundCredentials, _ answers: Answers?, _ now: UnixTime) {
        (self.verifiers, self.head, self.found, self.answers, self.now) = (verifiers, head, found, answers, now)
    }

    func judge(_ asked: Asked, _ sides: inout Sides) throws(Question) {
        sides.clerkOwned = asked.except
        sides.isLegacyKnown = asked.legacy
        if asked.clerk { try judgeClerk(&sides) }
        if asked.legacy { try judgeLegacy(&sides) }
        if !asked.clerk { disownClerks(&sides) }
        if verifiers.readsUnproved { noteUnproved(&sides) }
    }

    /// Bearer, then the suffixed cookie, then the plain one.
    private func judgeClerk(_ sides: inout Sides) throws(Question) {
        for rank in 0..<found.clerkRanks {
            for index in 0..<found.count where found[index].clerkRank == rank {
                let (verdict, fault) = try withToken(index) { text throws(Question) in
                    try verifiers.judgeClerk(text, answers, at: now)
                }
                if case .foreign = verdict {} else { sides.clerkOwned.insert(CredentialSet(index: index)) }
                sides.clerk.weigh(verdict, fault, found[index].place, index)
                if sides.clerk.isSettled { return }
                // An expired Bearer is the client's to renew; an old cookie of the same browser does not stand in for it.
                if case .expired = verdict, found[index].place != .cookie { return }
            }
        }
    }

    /// What was sent on purpose before what a browser sends by itself; within one token, the entries in their order.
    private func judgeLegacy(_ sides: inout Sides) throws(Question) {
        for place in CredentialPlace.allCases {
            for index in 0..<found.count where found[index].place == place && found[index].isLegacy {
                if isClerks(index, sides) {
                    sides.legacy.weigh(.foreign, .issuer, place, index)
                    continue
                }
                let (verdict, fault) = try judgeOld(index)
                sides.legacy.weigh(verdict, fault, place, index)
                takeFromClerk(index, verdict, &sides)
                if sides.legacy.isSettled { return }
            }
        }
    }

    private func judgeOld(_ index: Int) throws(Question) -> Verifiers.Judged<LegacySubject> {
        let source = Int(found[index].source)
        if verifiers.isAsserted(source), isRepeated(index) { return (.foreign, .assertedTwice) }
        return try withToken(index) { text throws(Question) in
            try verifiers.judgeLegacy(text, credential: index, source: source, answers, at: now)
        }
    }

    func isRepeated(_ index: Int) -> Bool {
        for other in 0..<found.count where other != index && found[other].source == found[index].source { return true }
        return false
    }

    /// A token that says our Clerk instance issued it is no session of the old application; nobody looks it up there.
    /// One that Clerk's keys do not explain is shown to the old verifiers all the same: *forged* is for all of them to say.
    private func isClerks(_ index: Int, _ sides: Sides) -> Bool {
        guard sides.clerkOwned.contains(CredentialSet(index: index)) else { return false }
        guard sides.clerk.decider == index else { return true }
        switch sides.clerk.verdict {
        case .valid, .expired: return true
        case .forged, .unavailable, .foreign, .absent: return false
        }
    }

    private func takeFromClerk(_ index: Int, _ verdict: Verdict<LegacySubject>, _ sides: inout Sides) {
        guard sides.clerk.decider == index, sides.clerk.verdict.standing == .forged || sides.clerk.verdict.standing == .unavailable
        else { return }
        switch verdict {
        case .valid, .expired(.some):
            sides.clerk.giveUp()
            sides.clerkOwned.remove(CredentialSet(index: index))
        case .absent, .foreign, .expired(nil), .forged, .unavailable: break
        }
    }

    /// A route that does not ask about Clerk still must not hand Clerk's token to an origin that it is not meant for.
    private func disownClerks(_ sides: inout Sides) {
        for index in 0..<found.count where found[index].clerkRank == 0 {
            guard sides.legacy.decider != index || sides.legacy.verdict.standing != .valid else { continue }
            if withToken(index, { text in verifiers.looksLikeClerks(text) }) {
                sides.clerkOwned.insert(CredentialSet(index: index))
            }
        }
    }

    func withToken<Answer, Failure: Error>(_ index: Int, _ body: (Span<UInt8>) throws(Failure) -> Answer) throws(Failure)
        -> Answer
    {
        let credential = found[index]
        if credential.isEncoded { return try body(Self.bytes(of: credential, in: head).span) }
        let bytes = head.section.bytes
        return try body(bytes.span.extracting(credential.value))
    }

    /// A copy of the token itself.
    static func bytes(of credential: FoundCredential, in head: RequestHead) -> [UInt8] {
        let bytes = head.section.bytes
        return credential.isEncoded ? PercentDecoding.decode(credential.value, in: bytes) : Array(bytes[credential.value])
    }
}
