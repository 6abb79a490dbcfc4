import Authentication
import Migration
import Snapshot
import Telemetry

/// Clerk's users by their `external_id`, and trouble as a test plans it.
final class FakeClerkAdmin: ClerkUserAdmin {
    enum Trouble: Sendable {
        /// The reply is lost; with `isDone` after the request has had its effect.
        case lost(isDone: Bool)
        case reply(CreateReply)
        case lookUp(ClerkLookUpReply)
    }

    private struct State: Sendable {
        var users: [String: ClerkUser] = [:]
        var creations: [Trouble] = []
        var lookUps: [ClerkLookUpReply] = []
        var made: [String] = []
        var looked: [ClerkLookUp] = []
        var renewals: [RenewReply] = []
        var onRenewal: (@Sendable (FakeClerkAdmin) -> Void)?
        var renewed: [ClerkUserID: String] = [:]
        var deletions: [DeleteReply] = []
        var onDeletion: (@Sendable (FakeClerkAdmin) -> Void)?
        var deleted: [ClerkUserID] = []
    }

    private let state = Guarded(State())

    /// The external ids of every creation that was asked for, in turn.
    var made: [String] { state.withLock { $0.made } }
    var looked: [ClerkLookUp] { state.withLock { $0.looked } }
    var users: [String: ClerkUser] { state.withLock { $0.users } }

    func put(_ user: ClerkUser) { state.withLock { $0.users[user.externalID ?? user.id.text] = user } }
    /// For the next creations, in turn.
    func plan(_ trouble: Trouble...) { state.withLock { $0.creations += trouble } }
    /// The digests that users were given later.
    var renewed: [ClerkUserID: String] { state.withLock { $0.renewed } }
    /// What happens when somebody's password is to be changed.
    func onRenewal(_ happen: @escaping @Sendable (FakeClerkAdmin) -> Void) { state.withLock { $0.onRenewal = happen } }
    /// For the next changes of a password, in turn.
    func plan(renewals: RenewReply...) { state.withLock { $0.renewals += renewals } }
    /// Whose deletion was asked for, in turn.
    var deleted: [ClerkUserID] { state.withLock { $0.deleted } }
    /// What happens when somebody is to be deleted.
    func onDeletion(_ happen: @escaping @Sendable (FakeClerkAdmin) -> Void) { state.withLock { $0.onDeletion = happen } }
    /// For the next deletions, in turn.
    func plan(deletions: DeleteReply...) { state.withLock { $0.deletions += deletions } }
    func forget(_ externalID: String) { state.withLock { $0.users[externalID] = nil } }
    func plan(lookUps: ClerkLookUpReply...) { state.withLock { $0.lookUps += lookUps } }

    /// As a run of ours creates somebody.
    static func made(_ externalID: String) -> ClerkUser {
        ClerkUser(
            id: ClerkUserID("user_\(externalID)"), externalID: externalID, primaryEmail: nil, emailAddresses: [], batch: "test")
    }

    func create(_ user: CreateUser, in batch: String) async -> CreateReply {
        await Task.yield()
        return state.withLock { state in
            state.made.append(user.externalID)
            var isLost = false
            if !state.creations.isEmpty {
                switch state.creations.removeFirst() {
                case .lost(let isDone):
                    isLost = true
                    guard isDone else { return .unclear("lost") }
                case .reply(let reply): return reply
                case .lookUp: break
                }
            }
            guard state.users[user.externalID] == nil else {
                return .taken(ClerkFault(code: "form_identifier_exists", parameter: "external_id"))
            }
            let made = Self.made(user.externalID)
            state.users[user.externalID] = made
            return isLost ? .unclear("lost") : .created(made.id)
        }
    }

    func renew(_ digest: PasswordDigest, of user: ClerkUserID) async -> RenewReply {
        await Task.yield()
        state.withLock { $0.onRenewal }?(self)
        return state.withLock { state in
            if !state.renewals.isEmpty, case let reply = state.renewals.removeFirst(), reply != .renewed { return reply }
            state.renewed[user] = digest.digest.exposeText()
            return .renewed
        }
    }

    func delete(_ user: ClerkUserID) async -> DeleteReply {
        await Task.yield()
        state.withLock { $0.onDeletion }?(self)
        return state.withLock { state in
            state.deleted.append(user)
            if !state.deletions.isEmpty, case let reply = state.deletions.removeFirst(), reply != .deleted { return reply }
            state.users = state.users.filter { $0.value.id != user }
            return .deleted
        }
    }

    func users(_ lookUp: ClerkLookUp) async -> ClerkLookUpReply {
        await Task.yield()
        return state.withLock { state in
            state.looked.append(lookUp)
            if !state.lookUps.isEmpty { return state.lookUps.removeFirst() }
            switch lookUp {
            case .externalIDs(let ids): return .users(ids.compactMap { state.users[$0] })
            case .userIDs(let ids): return .users(state.users.values.filter { ids.contains($0.id.text) })
            case .emailAddresses(let addresses):
                return .users(
                    state.users.values.filter { user in
                        user.emailAddresses.contains { addresses.contains($0.address) }
                    })
            }
        }
    }
}
