import Authentication
import GatewayTesting
import Identity
import Migration
import Snapshot
import Telemetry

/// The people of a migration in memory, for one process after the other.
final class FakeMigrationStore: MigrationStore {
    struct Person: Sendable {
        var row: LegacyRow
        var settlement = Settlement(.planned)
        var clerkUser: ClerkUserID?
    }

    private struct State: Sendable {
        var people: [UserID: Person] = [:]
        var outages = 0
        var outagesOnceBegun = 0
        var failingLinks: [Bool] = []
        var isAway = false
        var ours: [UserID] = []
    }

    private let state = Guarded(State())

    init(_ count: Int) {
        for number in 1...count {
            let user = DirectoryUser("\(number)", email: "user\(number)@example.com")
            state.withLock { $0.people[user.id] = Person(row: LegacyRow(user: user)) }
        }
    }

    /// Whom we have had created, as the ledger would have them.
    var ours: [UserID] { state.withLock { $0.ours } }
    func person(_ id: String) -> Person? { state.withLock { $0.people[UserID(id)] } }
    func count(_ wanted: PersonState) -> Int { state.withLock { $0.people.values.count { $0.settlement.state == wanted } } }
    /// The next so many questions find no database.
    func fail(_ questions: Int) { state.withLock { $0.outages = questions } }
    /// The same from the moment on in which Clerk is about to be asked.
    func failOnceBegun(_ questions: Int) { state.withLock { $0.outagesOnceBegun = questions } }
    /// The next links come to nothing: whether the database answers otherwise meanwhile.
    func failLinks(_ isThere: [Bool]) { state.withLock { $0.failingLinks = isThere } }
    func edit(_ id: String, _ change: (inout Person) -> Void) {
        state.withLock { state in
            guard var person = state.people[UserID(id)] else { return }
            change(&person)
            state.people[UserID(id)] = person
        }
    }

    func claim(_ count: Int) async throws(Unavailable) -> [ClaimedPerson] {
        try ask { state in
            let open = state.people.values.filter { $0.settlement.state.isOpen }
            return open.sorted { Int($0.row.user.id.text)! < Int($1.row.user.id.text)! }.prefix(count).map {
                ClaimedPerson(id: $0.row.user.id, state: $0.settlement.state, clerkUser: $0.clerkUser, row: $0.row)
            }
        }
    }

    func plan(_ people: [PlannedPerson], at time: UnixTime) async throws(Unavailable) {
        try ask { state in
            for person in people where state.people[person.id]?.settlement.state.isOpen != true {
                state.people[person.id]?.settlement = person.settlement
            }
        }
    }

    func isAnybodyOpen() async throws(Unavailable) -> Bool {
        guard !state.withLock(\.isAway) else { throw .away("the database is away") }
        return try ask { state in state.people.values.contains { $0.settlement.state.isOpen } }
    }

    func begin(_ people: [BegunPerson]) async throws(Unavailable) -> Set<UserID> {
        try ask { state in
            for person in people {
                state.people[person.id]?.settlement = Settlement(.creating)
                state.people[person.id]?.row.toldDigest = person.digest
            }
            state.outages = state.outagesOnceBegun
            return Set(people.map(\.id))
        }
    }

    func note(_ person: UserID, is clerkUser: ClerkUserID, isOurs: Bool, at time: UnixTime) async throws(Unavailable) {
        try ask { state in
            state.people[person]?.settlement = Settlement(.created)
            state.people[person]?.clerkUser = clerkUser
            if isOurs { state.ours.append(person) }
        }
    }

    func link(_ person: UserID, _ clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) -> Settlement? {
        let fails = state.withLock { state in
            guard !state.failingLinks.isEmpty else { return false }
            state.isAway = !state.failingLinks.removeFirst()
            return true
        }
        guard !fails else { throw .away("no") }
        return try ask { state in
            state.people[person]?.settlement = Settlement(.linked)
            return Settlement(.linked)
        }
    }

    func settle(_ person: UserID, _ settlement: Settlement, at time: UnixTime) async throws(Unavailable) {
        try ask { state in
            state.people[person]?.settlement = settlement
            if let digest = settlement.digest { state.people[person]?.row.toldDigest = digest }
        }
    }

    func release() async throws(Unavailable) {}

    private func ask<Answer: Sendable>(_ answer: @Sendable (inout State) -> Answer) throws(Unavailable) -> Answer {
        let result: Result<Answer, Unavailable> = state.withLock { state in
            guard state.outages == 0 else {
                state.outages -= 1
                return .failure(.timedOut)
            }
            return .success(answer(&state))
        }
        return try result.get()
    }
}

/// Nobody waits; how long they would have is kept.
final class FakePace: CallPace {
    private let state = Guarded((turns: 0, blocks: [Int](), pauses: 0))
    var turns: Int { state.withLock { $0.turns } }
    var blocks: [Int] { state.withLock { $0.blocks } }
    var pauses: Int { state.withLock { $0.pauses } }

    func turn() async throws(Unavailable) { state.withLock { $0.turns += 1 } }
    func block(seconds: Int) async { state.withLock { $0.blocks.append(seconds) } }
    func pause(milliseconds: Int) async {
        state.withLock { $0.pauses += 1 }
        await Task.yield()
    }
}
