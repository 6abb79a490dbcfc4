package import Authentication
import Identity
package import Migration
package import Settings
import Sockets
package import Telemetry

/// The store of one process that migrates.
package struct DirectoryMigration: MigrationStore {
    private let directory: DirectoryThread
    private let users: DirectorySettings.Users
    private let migrate: MigrationSettings
    private let selection: MigrationSelection
    package let run: MigrationRun

    package init(
        _ directory: DirectoryThread, _ users: DirectorySettings.Users, _ migrate: MigrationSettings,
        _ selection: MigrationSelection, _ run: MigrationRun
    ) {
        (self.directory, self.users, self.migrate) = (directory, users, migrate)
        (self.selection, self.run) = (selection, run)
    }

    /// Puts down that a run begins.
    /// - Parameter backup: the digest of the dump that was made first, and the last entry that it holds for certain.
    package func open(backup: (digest: String, entry: Int64)?, at time: UnixTime) async throws(Unavailable) {
        let note = OperatorNote(
            actor: "segue", reason: backup.map { OperatorNote.backup($0.digest, upTo: $0.entry) } ?? "no backup")
        let entry = LedgerEntry(
            .migrate, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: time, note: note, batch: run.batch)
        try await ask { session throws(DirectoryError) in try await session.open(run, entry) }
    }

    /// Says that this process lives, until `isOver`. It runs on a loop.
    package func live(until isOver: @Sendable () -> Bool) async {
        while !isOver() {
            do throws(Unavailable) {
                try await ask { session throws(DirectoryError) in try await session.signAgain(run) }
            } catch {}
            await sleep(milliseconds: Limits.migratorSignMilliseconds)
        }
    }

    package func plan(_ people: [PlannedPerson], at time: UnixTime) async throws(Unavailable) {
        try await ask { session throws(DirectoryError) in try await session.plan(people, at: time) }
    }

    package func claim(_ count: Int) async throws(Unavailable) -> [ClaimedPerson] {
        try await ask { session throws(DirectoryError) in
            let columns = try MigrationColumns(users, migrate, session.users)
            return try await session.claim(count, for: run, among: selection, reading: columns)
        }
    }

    package func isAnybodyOpen() async throws(Unavailable) -> Bool {
        try await ask { session throws(DirectoryError) in try await session.isAnybodyOpen(among: selection) }
    }

    package func begin(_ people: [BegunPerson]) async throws(Unavailable) -> Set<UserID> {
        let time = Self.now
        return try await ask { session throws(DirectoryError) in try await session.begin(people, for: run, at: time) }
    }

    package func note(_ person: UserID, is clerkUser: ClerkUserID, isOurs: Bool, at time: UnixTime) async throws(Unavailable) {
        try await ask { session throws(DirectoryError) in
            try await session.note(person, is: clerkUser, isOurs: isOurs, for: run, at: time)
        }
        if isOurs { directory.noteUnsealed() }
    }

    package func link(_ person: UserID, _ clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) -> Settlement? {
        let settlement = try await ask { session throws(DirectoryError) in
            try await session.link(person, clerkUser, for: run, at: time)
        }
        directory.noteUnsealed()
        return settlement
    }

    package func settle(_ person: UserID, _ settlement: Settlement, at time: UnixTime) async throws(Unavailable) {
        try await ask { session throws(DirectoryError) in try await session.settle(person, settlement, for: run, at: time) }
    }

    package func release() async throws(Unavailable) {
        try await ask { session throws(DirectoryError) in try await session.release(run) }
        await directory.sealLedger()
    }

    package func counts() async throws(Unavailable) -> [PersonState: Int] {
        try await ask { session throws(DirectoryError) in try await session.peopleCounts() }
    }

    private func ask<Answer: Sendable>(
        _ body: @escaping @Sendable (Session) async throws(DirectoryError) -> Answer
    ) async throws(Unavailable) -> Answer {
        try await directory.ask(directory.writers, within: Limits.linkMilliseconds, body)
    }

    private static var now: UnixTime { UnixTime(milliseconds: Clock.wallMilliseconds()) }
}

/// The calls that Clerk allows all processes together, in the order in which they are asked for.
package final class DirectoryPace: CallPace, @unchecked Sendable {
    private let directory: DirectoryThread
    /// Between two calls of everybody's.
    private let microseconds: Int
    private let kind: String
    // Owned by the loop that the run is on.
    private var reserved = 0
    private var next = Deadline(milliseconds: 0)
    private var isReserving = false
    /// As this process knows it; the others learn it from what they reserve next.
    private var blocked = Deadline(milliseconds: 0)
    private let isStopping: @Sendable () -> Bool

    /// - Parameter calls: in ten seconds.
    package init(
        _ directory: DirectoryThread, calls: Int, of kind: String = "users", isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.directory, self.kind, self.isStopping) = (directory, kind, isStopping)
        microseconds = 10_000_000 / max(1, calls)
    }

    /// Who is told to stop waits for no turn.
    package func turn() async throws(Unavailable) {
        while !isStopping() {
            guard let loop = Loop.current else { return }
            if isReserving {
                await sleep(milliseconds: 1)
                continue
            }
            // Reserved, and not used in its time: it is somebody else's time now.
            if reserved > 0, next.milliseconds + Int64(Limits.turnSlackMilliseconds) < loop.now { reserved = 0 }
            guard reserved > 0 else {
                try await reserve(on: loop)
                continue
            }
            reserved -= 1
            let mine = next
            next = Deadline(milliseconds: next.milliseconds + Int64(max(1, microseconds / 1000)))
            await wait(until: mine, on: loop)
            // A 429 that came meanwhile counts for whoever waited, too.
            if blocked.milliseconds <= loop.now { return }
        }
    }

    private func wait(until deadline: Deadline, on loop: Loop) async {
        while !isStopping(), loop.now < deadline.milliseconds {
            await sleep(milliseconds: min(Limits.turnsMilliseconds, Int(deadline.milliseconds - loop.now)))
        }
    }

    /// As many as fall into a moment: what another process is told of a 429 waits no longer than that.
    private func reserve(on loop: Loop) async throws(Unavailable) {
        isReserving = true
        defer { isReserving = false }
        let (calls, every, kind) = (max(1, Limits.turnsMilliseconds * 1000 / microseconds), microseconds, kind)
        let wait = try await directory.ask(directory.writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.reserve(calls, every: every, of: kind)
        }
        next = loop.deadline(in: wait / 1000)
        reserved = calls
    }

    package func block(seconds: Int) async {
        reserved = 0
        if let loop = Loop.current { blocked = max(blocked, loop.deadline(inSeconds: seconds)) }
        let kind = kind
        do throws(Unavailable) {
            try await directory.ask(directory.writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
                try await session.block(kind, seconds: seconds)
            }
        } catch {}
    }

    package func pause(milliseconds: Int) async { await sleep(milliseconds: milliseconds) }
}
