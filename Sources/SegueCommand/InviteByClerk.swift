internal import Authentication
internal import Directory
internal import Identity
internal import Invitations
internal import Migration
internal import Settings
internal import Sockets
internal import Telemetry

/// Clerk's own invitations, ten in a call, until its hourly limit; then it waits.
struct InviteByClerk: Sendable {
    private let clerk: any ClerkInviter
    private let store: DirectoryThread
    private let settings: InvitationSettings
    private let order: InviteOrder
    private let turn: InvitationTurn
    private let isStopping: @Sendable () -> Bool

    /// Clerk's own default.
    private static let days = 30
    /// How often an unclear answer is asked for again.
    private static let attempts = 3

    init(
        _ clerk: any ClerkInviter, _ store: DirectoryThread, _ settings: InvitationSettings, _ order: InviteOrder,
        _ turn: InvitationTurn, isStopping: @escaping @Sendable () -> Bool
    ) {
        (self.clerk, self.store, self.settings, self.order, self.turn) = (clerk, store, settings, order, turn)
        self.isStopping = isStopping
    }

    private struct Begun {
        let addressee: Addressee
        let invitation: NewInvitation
    }

    func invite(_ people: [Addressee], _ count: (Addressee, InviteReport.Outcome) -> Void) async throws(InviteHalt) {
        // Whoever has one already is asked about one by one: bulk takes no such word.
        let size = order.resends ? 1 : ClerkInvitation.bulkMax
        for start in stride(from: 0, to: people.count, by: size) {
            if isStopping() { return }
            var begun: [Begun] = []
            for addressee in people[start..<min(start + size, people.count)] {
                let invitation = invitation(for: addressee)
                let start = try await asking { () async throws(Unavailable) in try await store.begin(invitation, turn) }
                if start == .begun {
                    begun.append(Begun(addressee: addressee, invitation: invitation))
                } else {
                    count(addressee, .notOurTurn)
                }
            }
            if !begun.isEmpty { try await send(begun, count) }
        }
    }

    private func send(_ begun: [Begun], _ count: (Addressee, InviteReport.Outcome) -> Void) async throws(InviteHalt) {
        guard let reply = try await reply(to: begun) else {
            // Told to stop: they are taken up by the next run.
            for one in begun { try await note(.failed("stopped"), one) }
            return
        }
        switch reply {
        case .made: for one in begun { try await settle(one, .sent, count) }
        case .refused where begun.count > 1:
            // One of them is the reason, and Clerk makes all or none.
            for one in begun { try await send([one], count) }
        // It is there: made before, or by a call whose answer was lost.
        case .refused("duplicate_record"): try await settle(begun[0], .sent, count)
        case .refused(let code): try await settle(begun[0], .failed(code), count)
        case .unclear(let reason): for one in begun { try await settle(one, .failed(reason), count) }
        case .hopeless(let reason):
            for one in begun { try await note(.failed(reason), one) }
            throw InviteHalt(reason: "Clerk refuses: \(reason)")
        case .limited: preconditionFailure("it was waited for")
        }
    }

    /// What Clerk says once it does not only say to come back later; `nil`: somebody stops the run.
    private func reply(to begun: [Begun]) async throws(InviteHalt) -> ClerkInvitationReply? {
        let asked = begun.map { one in
            ClerkInvitation(
                address: one.addressee.row.email ?? "", user: one.addressee.row.id, redirectURL: settings.signUp, days: Self.days,
                ignoresExisting: order.resends)
        }
        var attempt = 0
        while !isStopping() {
            let reply = await clerk.invite(asked)
            switch reply {
            case .limited(let seconds): await pause(seconds: seconds, isStopping: isStopping)
            case .unclear where attempt + 1 < Self.attempts:
                attempt += 1
                await pause(seconds: attempt, isStopping: isStopping)
            default: return reply
            }
        }
        return nil
    }

    private func invitation(for addressee: Addressee) -> NewInvitation {
        let now = DirectoryVisit.now
        return NewInvitation(
            user: addressee.row.id, kind: .clerk, token: nil, address: InvitationDigest(ofAddress: addressee.row.email ?? ""),
            clerkUser: nil, batch: order.batch, created: now, expires: now.adding(seconds: Int64(Self.days) * 86_400))
    }

    private func settle(
        _ one: Begun, _ outcome: MailOutcome, _ count: (Addressee, InviteReport.Outcome) -> Void
    ) async throws(InviteHalt) {
        try await note(outcome, one)
        switch outcome {
        case .sent: count(one.addressee, .sent)
        case .failed(let reason): count(one.addressee, .failed(reason))
        case .unclear(let reason): count(one.addressee, .unclear(reason))
        }
    }

    private func note(_ outcome: MailOutcome, _ one: Begun) async throws(InviteHalt) {
        try await asking { () async throws(Unavailable) in
            try await store.note(outcome, of: one.invitation, at: DirectoryVisit.now)
        }
    }

    private func asking<Answer>(_ question: () async throws(Unavailable) -> Answer) async throws(InviteHalt) -> Answer {
        do throws(Unavailable) { return try await question() } catch {
            throw InviteHalt(reason: "the directory cannot be asked: \(error)")
        }
    }
}

/// Whose address has a user in Clerk: Clerk invites them no more.
enum InClerk {
    /// What one look-up asks for.
    private static let page = 100

    static func find(
        _ people: [Addressee], _ clerk: any ClerkUserAdmin, isStopping: () -> Bool
    ) async throws(InviteHalt) -> Set<UserID> {
        var found: Set<UserID> = []
        for start in stride(from: 0, to: people.count, by: page) {
            let some = people[start..<min(start + page, people.count)]
            var users: [ClerkUser]?
            while users == nil {
                if isStopping() { throw InviteHalt(reason: "stopped before anybody was invited") }
                switch await clerk.users(.emailAddresses(some.compactMap(\.row.email))) {
                case .users(let answer): users = answer
                case .limited(let seconds): await pause(seconds: seconds, isStopping: isStopping)
                case .failed(let reason), .hopeless(let reason): throw InviteHalt(reason: "Clerk cannot be asked: \(reason)")
                }
            }
            let taken = Set((users ?? []).flatMap(\.emailAddresses).map { InvitationDigest(ofAddress: $0.address) })
            found.formUnion(some.filter { taken.contains(InvitationDigest(ofAddress: $0.row.email ?? "")) }.map(\.row.id))
        }
        return found
    }
}

/// Until Clerk takes calls again, or somebody stops the run.
private func pause(seconds: Int, isStopping: () -> Bool) async {
    if seconds >= 10 {
        Terminal.talk("Clerk's limit is reached; going on in \(seconds) s. Ctrl-C ends; the same command goes on later.")
    }
    guard let loop = Loop.current else { return }
    let deadline = loop.deadline(inSeconds: max(1, seconds))
    while !isStopping(), Deadline(milliseconds: loop.now) < deadline { await sleep(milliseconds: 100) }
}
