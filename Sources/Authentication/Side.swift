/// One side of a request while its credentials are judged: the verdict that counts so far, and where it stands.
struct Side<Subject: VerifiedSubject> {
    private(set) var verdict = Verdict<Subject>.absent
    private(set) var place: CredentialPlace?
    private(set) var fault: TokenFault?
    /// The credential that decided, by its index.
    private(set) var decider: Int?
    private var strength = 0

    /// Takes a verdict that outweighs the one before; of equals the first counts.
    mutating func weigh(_ verdict: Verdict<Subject>, _ fault: TokenFault?, _ place: CredentialPlace, _ index: Int) {
        let strength = Self.strength(verdict, place)
        guard strength > self.strength else { return }
        (self.verdict, self.fault, self.place, decider, self.strength) = (verdict, fault, place, index, strength)
    }

    /// Another side has taken the token: what this one thought of it does not count.
    mutating func giveUp() { (verdict, strength) = (.foreign, 1) }

    /// What the policy decides on.
    var summary: Situation.Side { Situation.Side(verdict.standing, at: place, fault: fault) }

    /// Whether no further credential can change the verdict. What was sent on purpose decides; cookies come in crowds,
    /// some of them stale or planted, and one good one is enough.
    var isSettled: Bool {
        switch verdict {
        // A credential that proves nothing counts until one comes that proves something, for or against.
        case .valid(let subject): subject.isSecure
        case .forged, .unavailable: place != .cookie
        case .absent, .foreign, .expired: false
        }
    }

    /// Trouble on our side outweighs a refusal, because the answer might have been yes; a stale or foreign cookie is
    /// worth less than the same thing sent on purpose.
    private static func strength(_ verdict: Verdict<Subject>, _ place: CredentialPlace) -> Int {
        switch verdict {
        case .absent: 0
        case .foreign: place == .cookie ? 1 : 3
        case .expired: place == .cookie ? 2 : 4
        case .valid(let subject) where !subject.isSecure: 5
        case .forged: 6
        case .unavailable: 7
        case .valid: 8
        }
    }
}
