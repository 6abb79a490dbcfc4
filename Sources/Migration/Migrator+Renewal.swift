import Authentication
import Identity

// People who were linked before, and have changed their password in the old system since Clerk was told it.
extension Migrator {
    /// Tells Clerk the digest of the row, unless its user has a life of their own there by now: then they are listed.
    func renew(_ people: [ClaimedPerson]) async throws(MigrationHalt) {
        var changed: [(person: ClaimedPerson, digest: PasswordDigest)] = []
        for person in people {
            if let row = person.row, case .renew(let digest) = rules.decide(row, among: shared, at: now()) {
                changed.append((person, digest))
            } else {
                // Changed back, or taken back: whoever is not linked any more is planned again by the next run.
                try await settle(person, Settlement(.linked))
            }
        }
        guard !changed.isEmpty else { return }
        let found = try await found(changed.map(\.person.id.text))
        for (person, digest) in changed {
            if let user = found[person.id.text], user.id == person.row?.user.clerkUser, user.isOurs, !user.hasSignedIn {
                try await renew(person, digest, of: user.id)
            } else {
                // Their password in Clerk may be the newer one. It is said once, not by every run.
                try await settle(person, Settlement(.linked, code: Self.staleDigest, digest: digest.fingerprint))
            }
        }
    }

    /// Clerk keeps the password that it has.
    package static let staleDigest = "digest_changed"

    private func renew(_ person: ClaimedPerson, _ digest: PasswordDigest, of user: ClerkUserID) async throws(MigrationHalt) {
        var round = 0
        while true {
            // Before each attempt: whoever is made to wait may be overtaken by the person.
            guard let current = try await users(.userIDs([user.text])).first, !current.hasSignedIn else {
                return try await settle(person, Settlement(.linked, code: Self.staleDigest, digest: digest.fingerprint))
            }
            try await kept { () async throws(Unavailable) in try await pace.turn() }
            try refuseToGoOn()
            switch await clerk.renew(digest, of: user) {
            case .renewed:
                tally.renewed += 1
                return try await settle(person, Settlement(.linked, digest: digest.fingerprint))
            case .refused(let fault): return try await settle(person, Settlement(.linked, fault))
            case .limited(let seconds): await pace.block(seconds: seconds)
            case .hopeless(let reason): throw .clerk(reason)
            case .unclear(let trouble):
                tally.trouble(trouble)
                round += 1
                guard round < MigrationLimits.rounds else {
                    // Of everybody else Clerk may well speak clearly, and the next run tells it again. Where it does of none, it is no
                    // matter of these.
                    let mayGoOn = tally.renewed > 0 || tally.unclearRenewals < MigrationLimits.unclearRenewals
                    guard hasSucceeded, mayGoOn else { throw .clerk(trouble) }
                    return try await settle(person, Settlement(.linked, code: Self.unclearReply))
                }
                await pace.pause(milliseconds: Self.backOff(round))
            }
        }
    }
}
