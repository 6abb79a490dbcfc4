package import Authentication
import Identity
package import Migration
package import Telemetry

extension DirectoryThread: ClerkMessageLog {
    package func standing(of message: ClerkMessage) async throws(Unavailable) -> MessageStanding {
        // On a writer: what another replica has just committed must be seen.
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.standing(of: message)
        }
    }

    package func take(_ message: ClerkMessage, at now: UnixTime) async throws(Unavailable) -> MessageEffect {
        // This process hears of it here, whatever the LISTEN connection is doing.
        let isRevoked = try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.revokeFirst(message, at: now)
        }
        if isRevoked { tell(.revocations) }
        let effect = try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.take(message, at: now)
        }
        for change in effect.changes(by: message) { tell(change) }
        if effect.endsRow { noteUnsealed() }
        return effect
    }

    package func isTold(of clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await ask(readers) { session throws(DirectoryError) in try await session.isTold(of: clerkUser) }
    }

    package func revocations(at now: UnixTime) async throws(Unavailable) -> [Revocation] {
        try await ask(readers) { session throws(DirectoryError) in try await session.revocations(at: now) }
    }
}

extension MessageEffect {
    fileprivate var endsRow: Bool {
        switch self {
        case .deactivated, .unlinked, .removed: true
        case .duplicate, .outdated, .nothing, .synced, .syncRefused, .revoked: false
        }
    }

    fileprivate func changes(by message: ClerkMessage) -> [DirectoryChange] {
        switch self {
        case .duplicate, .outdated, .nothing, .syncRefused, .revoked: []
        case .synced(let user): [.user(user)]
        case .deactivated(let user), .unlinked(let user), .removed(let user): [.user(user), message.clerkUser]
        }
    }
}

extension ClerkMessage {
    fileprivate var clerkUser: DirectoryChange {
        switch event {
        case .user(let user): .clerkUser(user.id)
        case .userDeleted(let user): .clerkUser(user)
        case .sessionOver, .other: .everything
        }
    }
}
