import Authentication
import Identity

// The calls, each in its turn.
extension Migrator {
    /// Creates them, many at a time, and settles each as the reply comes; returns whose reply says nothing.
    func create(_ candidates: [Candidate]) async throws(MigrationHalt) -> [Candidate] {
        var (unclear, taken): ([Candidate], [(Candidate, ClerkFault)]) = ([], [])
        var halt: MigrationHalt?
        var waiting = candidates[...]
        await withTaskGroup(of: (Candidate, CreateReply).self) { group in
            func next() {
                guard halt == nil, mayGoOn, let candidate = waiting.popFirst() else { return }
                let (clerk, pace, batch, isStopping) = (clerk, pace, batch, isStopping)
                group.addTask { (candidate, await Self.reply(clerk, pace, candidate.user, batch, isStopping)) }
            }
            for _ in 0..<MigrationLimits.calls { next() }
            while let (candidate, reply) = await group.next() {
                // Without the database nothing can be noted: the next run asks Clerk what came of the others.
                if case .directory = halt { continue }
                do throws(MigrationHalt) {
                    switch reply {
                    case .created(let clerkUser): try await finish(candidate.person, clerkUser, isOurs: true)
                    case .taken(let fault): taken.append((candidate, fault))
                    case .refused(let fault):
                        try await settle(candidate.person, Settlement(.failed, fault))
                        try refuseToRefuseEverybody(fault)
                    case .unclear(let trouble):
                        tally.trouble(trouble)
                        unclear.append(candidate)
                    case .hopeless(let reason): throw .clerk(reason)
                    // Nobody was asked: the run is about to end.
                    case .limited: unclear.append(candidate)
                    }
                } catch {
                    halt = halt ?? error
                }
                next()
            }
        }
        if let halt { throw halt }
        try refuseToGoOn()
        return try await unclear + resolve(taken)
    }

    /// What Clerk says of one user, once it does not only say to come back later.
    private static func reply(
        _ clerk: any ClerkUserAdmin, _ pace: any CallPace, _ user: CreateUser, _ batch: String,
        _ isStopping: @Sendable () -> Bool
    ) async -> CreateReply {
        while true {
            do throws(Unavailable) { try await pace.turn() } catch { return .unclear("the budget of calls: \(error)") }
            if isStopping() { return .limited(retryAfterSeconds: 0) }
            let reply = await clerk.create(user, in: batch)
            guard case .limited(let seconds) = reply else { return reply }
            await pace.block(seconds: seconds)
        }
    }

    /// What Clerk demands of everybody is no matter of one row: it stops the run before thousands have been refused.
    private func refuseToRefuseEverybody(_ fault: ClerkFault) throws(MigrationHalt) {
        guard tally.created == 0, !hasSucceeded, tally.count(.failed) >= MigrationLimits.refusals else { return }
        throw .clerk("the first \(tally.count(.failed)) were all refused, the last with \(fault.words)")
    }

    /// Clerk's users with these values of `external_id`.
    func found(_ externalIDs: [String]) async throws(MigrationHalt) -> [String: ClerkUser] {
        let users = try await users(.externalIDs(externalIDs))
        var found: [String: ClerkUser] = [:]
        for user in users { if let externalID = user.externalID { found[externalID] = user } }
        return found
    }

    /// Asks until there is an answer; Clerk may be away for a while.
    func users(_ lookUp: ClerkLookUp) async throws(MigrationHalt) -> [ClerkUser] {
        var round = 0
        while true {
            try await kept { () async throws(Unavailable) in try await pace.turn() }
            switch await clerk.users(lookUp) {
            case .users(let users): return users
            case .limited(let seconds): await pace.block(seconds: seconds)
            case .hopeless(let reason): throw .clerk(reason)
            case .failed(let trouble):
                tally.trouble(trouble)
                round += 1
                guard round < MigrationLimits.rounds else { throw .clerk(trouble) }
                await pace.pause(milliseconds: Self.backOff(round))
            }
            try refuseToGoOn()
        }
    }
}

extension Settlement {
    init(_ state: PersonState, _ fault: ClerkFault) { self.init(state, code: fault.code, parameter: fault.parameter) }
}
