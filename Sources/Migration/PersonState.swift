/// How far somebody is on the way into Clerk. The words are stored, and never change. Who is `linked` counts as active once
/// they have been seen with a Clerk session, which stands with the link.
package enum PersonState: String, Sendable, CaseIterable {
    /// To be created.
    case planned
    /// Clerk may have been asked: whoever goes on looks there before asking again.
    case creating
    /// In Clerk, and not linked yet.
    case created
    case linked
    /// Linked, and the digest in the row is another than Clerk was told: it is to be told again.
    case changed
    /// Somebody else has what the row has, or the link was refused: a person settles it.
    case conflict
    /// Clerk would not have the row as it is, or has said so.
    case failed
    /// Needs no Clerk user.
    case skipped

    /// Whether there is still something to be done.
    package var isOpen: Bool {
        switch self {
        case .planned, .creating, .created, .changed: true
        case .linked, .conflict, .failed, .skipped: false
        }
    }
}

/// Where somebody's way ends for now, and why.
package struct Settlement: Sendable, Hashable {
    package let state: PersonState
    /// A defect's, a refusal's or Clerk's own; `nil`: nothing is wrong.
    package let code: String?
    /// The member of `POST /v1/users` that Clerk names.
    package let parameter: String?
    /// The `fingerprint` of the digest that they are settled with, where that is another than before.
    package let digest: String?

    package init(_ state: PersonState, code: String? = nil, parameter: String? = nil, digest: String? = nil) {
        (self.state, self.code, self.parameter, self.digest) = (state, code, parameter, digest)
    }
}

extension MigrationDecision {
    /// What the rules make of a row before Clerk is asked.
    package var settlement: Settlement {
        switch self {
        case .create: Settlement(.planned)
        case .skip(let reason): Settlement(.skipped, code: reason.rawValue)
        case .renew: Settlement(.changed)
        case .mend(let defects): Settlement(.failed, code: defects.first?.code)
        }
    }
}
