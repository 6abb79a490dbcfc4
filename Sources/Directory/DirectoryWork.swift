import Sockets
import Telemetry

/// What the directory's thread does unasked: it seals the ledger, and reads what changes may not have been announced. Owned by that
/// thread.
final class DirectoryWork: @unchecked Sendable {
    var isLedgerUnsealed = true
    var isClosing = false
    private var followed: FollowedChanges?

    /// Soon after a change of ours; and now and then anyway, for a replica that died between its change and the seal.
    func seal(through lanes: Lanes, on loop: Loop) async {
        var turn = 0
        while !isClosing {
            await sleep(milliseconds: Limits.sealMilliseconds)
            turn += 1
            if turn % Limits.pruneTurns == 1 { lanes.submit(pruning(before: loop.deadline(in: Limits.linkMilliseconds))) }
            guard isLedgerUnsealed || turn % 20 == 0 else { continue }
            isLedgerUnsealed = false
            lanes.submit(sealing(before: loop.deadline(in: Limits.linkMilliseconds)))
        }
    }

    private func sealing(before deadline: Deadline) -> Question {
        let ask: @Sendable (Session) async throws(DirectoryError) -> Void = { session in try await self.sealPage(session) }
        return Question(deadline: deadline, ask: ask, refuse: { _ in self.isLedgerUnsealed = true })
    }

    /// What Clerk told so long ago that nobody asks for it.
    private func pruning(before deadline: Deadline) -> Question {
        let ask: @Sendable (Session) async throws(DirectoryError) -> Void = { session in
            try await session.pruneMessages(at: UnixTime(milliseconds: Clock.wallMilliseconds()))
        }
        return Question(deadline: deadline, ask: ask, refuse: { _ in })
    }

    /// After a full page there may be more.
    private func sealPage(_ session: Session) async throws(DirectoryError) {
        if try await session.seal() == Limits.ledgerPage { isLedgerUnsealed = true }
    }

    /// SQLite announces nothing, and an announcement of PostgreSQL's may be lost without a word: a connection whose other end has
    /// vanished looks like silence. What other processes change stands in tables, and is read there.
    func follow(through lanes: Lanes, on loop: Loop, every milliseconds: Int, _ tell: @escaping @Sendable (DirectoryChange) -> Void)
        async
    {
        while !isClosing {
            lanes.submit(reading(before: loop.deadline(in: milliseconds), tell))
            await sleep(milliseconds: milliseconds)
        }
    }

    private func reading(before deadline: Deadline, _ tell: @escaping @Sendable (DirectoryChange) -> Void) -> Question {
        let ask: @Sendable (Session) async throws(DirectoryError) -> Void = { session in
            let (changes, now) = try await session.changes(since: self.followed)
            self.followed = now
            for change in changes { tell(change) }
        }
        return Question(deadline: deadline, ask: ask, refuse: { _ in })
    }
}
