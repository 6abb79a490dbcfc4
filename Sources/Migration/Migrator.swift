package import Authentication
import Identity
package import Telemetry

/// Why a run ends before everybody is through. What was done stands, and running it again goes on from there.
package enum MigrationHalt: Error, Sendable, Hashable {
    case directory(Unavailable)
    case clerk(String)
    /// Somebody asked for it.
    case stopped
}

/// Takes everybody into Clerk, a hundred at a time: look whether they are there, create who is not, link.
///
/// Clerk has no idempotency key, and any number of processes may work, die and be started again. So the state of a person
/// says `creating` before Clerk is asked, an unclear reply and a dead process are looked into before anybody is asked for
/// again, and `external_id`, which is unique in the instance, refuses what still comes twice.
package final class Migrator {
    let batch: String
    /// Whether any run has linked anybody before: then neither the key nor the instance is at fault.
    let hasSucceeded: Bool
    let store: any MigrationStore
    let clerk: any ClerkUserAdmin
    let pace: any CallPace
    let rules: MigrationRules
    let shared: SharedIdentifiers
    /// Whose address, number or name is taken in Clerk.
    let takenRules: TakenRules
    let now: @Sendable () -> UnixTime
    let isStopping: @Sendable () -> Bool
    private let report: @Sendable (MigrationTally) -> Void
    package internal(set) var tally = MigrationTally()

    package init(
        _ batch: String, hasSucceeded: Bool = false, store: any MigrationStore, clerk: any ClerkUserAdmin, pace: any CallPace,
        rules: MigrationRules,
        shared: SharedIdentifiers,
        takenRules: TakenRules, now: @escaping @Sendable () -> UnixTime, isStopping: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (MigrationTally) -> Void
    ) {
        (self.batch, self.hasSucceeded) = (batch, hasSucceeded)
        (self.store, self.clerk, self.pace, self.rules, self.shared) = (store, clerk, pace, rules, shared)
        (self.takenRules, self.now, self.isStopping, self.report) = (takenRules, now, isStopping, report)
    }

    /// Returns when nobody has anything left to be done, here or in another process.
    package func run(planning people: [PlannedPerson] = []) async throws(MigrationHalt) {
        let halt = await ending { () async throws(MigrationHalt) in
            try await plan(people)
            while true {
                try refuseToGoOn()
                let people = try await kept { () async throws(Unavailable) in try await store.claim(MigrationLimits.claim) }
                if !people.isEmpty {
                    try await carry(people)
                } else if try await kept({ () async throws(Unavailable) in try await store.isAnybodyOpen() }) {
                    await pace.pause(milliseconds: MigrationLimits.othersMilliseconds)
                } else {
                    return
                }
            }
        }
        // What cannot be given back now is taken over when this process has been silent for long enough.
        do throws(Unavailable) { try await store.release() } catch {}
        if let halt { throw halt }
    }

    private func plan(_ people: [PlannedPerson]) async throws(MigrationHalt) {
        for start in stride(from: 0, to: people.count, by: MigrationLimits.plan) {
            try refuseToGoOn()
            let page = Array(people[start..<min(start + MigrationLimits.plan, people.count)])
            try await kept { () async throws(Unavailable) in try await store.plan(page, at: now()) }
        }
    }

    private func ending(_ work: () async throws(MigrationHalt) -> Void) async -> MigrationHalt? {
        do throws(MigrationHalt) { try await work() } catch { return error }
        return nil
    }

    func refuseToGoOn() throws(MigrationHalt) { if isStopping() { throw .stopped } }
    var mayGoOn: Bool { !isStopping() }

    /// A step that only the database can take. It comes back, or an operator must look.
    func kept<Answer>(_ step: () async throws(Unavailable) -> Answer) async throws(MigrationHalt) -> Answer {
        var attempt = 1
        while true {
            do throws(Unavailable) { return try await step() } catch {
                guard attempt < MigrationLimits.storeAttempts, mayGoOn else { throw .directory(error) }
                attempt += 1
                await pace.pause(milliseconds: 1_000)
            }
        }
    }

    func settle(_ person: ClaimedPerson, _ settlement: Settlement) async throws(MigrationHalt) {
        try await kept { () async throws(Unavailable) in try await store.settle(person.id, settlement, at: now()) }
        count(settlement, of: person)
    }

    func count(_ settlement: Settlement, of person: ClaimedPerson) {
        tally.add(settlement, of: person.id)
        report(tally)
    }
}

// One hundred people.
extension Migrator {
    /// Somebody on their way, with what Clerk would be told.
    struct Candidate: Sendable {
        let person: ClaimedPerson
        let user: CreateUser
    }

    private func carry(_ people: [ClaimedPerson]) async throws(MigrationHalt) {
        for person in people where person.state == .created {
            if let clerkUser = person.clerkUser { try await link(person, clerkUser) }
        }
        try await renew(people.filter { $0.state == .changed })
        var candidates = try await finishWhoIsThere(people.filter { $0.state != .created && $0.state != .changed })
        // From here on the reply of a call may be lost with this process.
        let begun = candidates.map { BegunPerson(id: $0.person.id, digest: $0.user.passwordDigest?.fingerprint) }
        let ours = try await kept { () async throws(Unavailable) in try await store.begin(begun) }
        candidates = candidates.filter { ours.contains($0.person.id) }
        var round = 0
        while !candidates.isEmpty {
            let unclear = try await create(candidates)
            guard !unclear.isEmpty else { return }
            candidates = try await finishWhoIsThere(unclear, after: &round)
        }
    }

    /// Links whom Clerk has under their `external_id`, and settles who is not to be created; returns the others. Who may have
    /// been created is looked for whatever has become of their row since.
    private func finishWhoIsThere(_ people: [ClaimedPerson]) async throws(MigrationHalt) -> [Candidate] {
        let planned = try await judge(people.filter { $0.state != .creating })
        let begun = people.filter { $0.state == .creating }
        let ids = planned.map(\.user.externalID) + begun.map(\.id.text)
        guard !ids.isEmpty else { return [] }
        let found = try await found(ids)
        for person in begun { if let user = found[person.id.text] { try await finish(person, user) } }
        let candidates = planned + (try await judge(begun.filter { found[$0.id.text] == nil }))
        return try await finish(candidates, among: found)
    }

    /// Judges the rows as they are now, by the rules of the rehearsal, and settles who is not to be created.
    private func judge(_ people: [ClaimedPerson]) async throws(MigrationHalt) -> [Candidate] {
        var candidates: [Candidate] = []
        for person in people {
            guard let row = person.row else {
                try await settle(person, Settlement(.skipped, code: MigrationSkip.rowGone.rawValue))
                continue
            }
            let decision = rules.decide(row, among: shared, at: now())
            if case .create(let user, _) = decision {
                candidates.append(Candidate(person: person, user: user))
            } else {
                try await settle(person, decision.settlement)
            }
        }
        return candidates
    }

    private func finish(
        _ candidates: [Candidate], among found: [String: ClerkUser]
    ) async throws(MigrationHalt) -> [Candidate] {
        var missing: [Candidate] = []
        for candidate in candidates {
            if let user = found[candidate.user.externalID] {
                try await finish(candidate.person, user)
            } else {
                missing.append(candidate)
            }
        }
        return missing
    }

    /// The same for those of whom nobody knows whether they were created.
    private func finishWhoIsThere(_ unclear: [Candidate], after round: inout Int) async throws(MigrationHalt) -> [Candidate] {
        round += 1
        try refuseToGoOn()
        guard round < MigrationLimits.rounds else { return try await giveUp(on: unclear) }
        await pace.pause(milliseconds: Self.backOff(round))
        return try await finish(unclear, among: try await found(unclear.map(\.user.externalID)))
    }

    /// Where others fare better it is a matter of these alone.
    private func giveUp(on unclear: [Candidate]) async throws(MigrationHalt) -> [Candidate] {
        guard tally.created > 0 || hasSucceeded else { throw .clerk(tally.lastTrouble) }
        for candidate in unclear { try await settle(candidate.person, Settlement(.failed, code: Self.unclearReply)) }
        return []
    }

    /// Clerk never says whether it has done what it was asked.
    static let unclearReply = "reply_unclear"

    static func backOff(_ round: Int) -> Int {
        let range = MigrationLimits.backOffMilliseconds
        return min(range.lowerBound << min(round - 1, 16), range.upperBound)
    }
}
