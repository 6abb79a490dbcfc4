internal import Authentication
internal import Directory
internal import Invitations

/// One mail after the other, several on their way at once.
struct InviteByMail: Sendable {
    private let inviter: Inviter
    private let pace: DirectoryPace
    private let order: InviteOrder
    private let turn: InvitationTurn
    private let isStopping: @Sendable () -> Bool

    /// Mail under way at once: a server takes half a second for one, and some take few connections.
    private static let atOnce = 4
    /// So often in a row the server cannot be reached, says nothing, or refuses us and not a recipient, before the run ends: the next user would
    /// fare no better.
    private static let failuresMax = 5

    init(
        _ inviter: Inviter, _ pace: DirectoryPace, _ order: InviteOrder, _ turn: InvitationTurn,
        isStopping: @escaping @Sendable () -> Bool
    ) {
        (self.inviter, self.pace, self.order, self.turn) = (inviter, pace, order, turn)
        self.isStopping = isStopping
    }

    func invite(_ people: [Addressee], _ count: (Addressee, InviteReport.Outcome) -> Void) async throws(InviteHalt) {
        var waiting = people[...]
        var (failures, halt): (Int, InviteHalt?) = (0, nil)
        await withTaskGroup(of: (Addressee, Result<Inviter.Outcome?, Unavailable>).self) { group in
            func next() {
                guard halt == nil, !isStopping(), let addressee = waiting.popFirst() else { return }
                let run = self
                group.addTask { (addressee, await run.invite(addressee)) }
            }
            for _ in 0..<Self.atOnce { next() }
            while let (addressee, result) = await group.next() {
                switch result {
                case .failure(let reason): halt = InviteHalt(reason: "the directory cannot be asked: \(reason)")
                // Nobody was written to: the run is about to end.
                case .success(nil): break
                case .success(let outcome?):
                    count(addressee, InviteReport.Outcome(outcome))
                    switch outcome {
                    case .failed(.unavailable(let reason)), .failed(.unclear(let reason)):
                        failures += 1
                        if failures == Self.failuresMax {
                            halt = InviteHalt(reason: "the mail server cannot be reached or takes no mail of ours: \(reason)")
                        }
                    default: failures = 0
                    }
                }
                next()
            }
        }
        if let halt { throw halt }
    }

    private func invite(_ addressee: Addressee) async -> Result<Inviter.Outcome?, Unavailable> {
        do throws(Unavailable) {
            try await pace.turn()
            if isStopping() { return .success(nil) }
            return .success(
                try await inviter.invite(addressee, order.kind, batch: order.batch, turn, at: DirectoryVisit.now))
        } catch { return .failure(error) }
    }
}
