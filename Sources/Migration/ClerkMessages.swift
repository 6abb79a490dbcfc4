package import Authentication
package import Identity
package import Telemetry

/// What the directory keeps of Clerk's messages. Each call is one transaction.
package protocol ClerkMessageLog: Sendable {
    func standing(of message: ClerkMessage) async throws(Unavailable) -> MessageStanding
    /// Does what the message says and notes that it came, or neither.
    func take(_ message: ClerkMessage, at now: UnixTime) async throws(Unavailable) -> MessageEffect
}

package enum MessageStanding: Sendable, Hashable {
    case new
    /// This very message was taken before.
    case duplicate
    /// A newer state of the same user is known, or that they are gone.
    case outdated
}

/// What taking a message has changed.
package enum MessageEffect: Sendable, Hashable {
    case duplicate, outdated, nothing
    /// Columns of the user's row.
    case synced(UserID)
    /// The application's table does not take the columns' new values in this row.
    case syncRefused(UserID, reason: String)
    /// What became of a deleted user's row.
    case deactivated(UserID), unlinked(UserID), removed(UserID)
    /// No row is concerned, but a session or all of a user's are good no longer.
    case revoked
}

/// What a message came to: a word for the answer, the log and a counter.
package enum MessageOutcome: Sendable, Hashable {
    case duplicate, outdated, ignored, unchanged, linked, synced, deactivated, unlinked, removed, revoked
    /// The rules link this user to nobody. The person is told when they come.
    case notLinked(LinkRefusal)
    case syncRefused(reason: String)

    package var word: String {
        switch self {
        case .notLinked: "not_linked"
        case .syncRefused: "sync_refused"
        default: "\(self)"
        }
    }

    /// Why it came to this, for the log.
    package var reason: String? {
        switch self {
        case .notLinked(let refusal): refusal.rawValue
        case .syncRefused(let reason): reason
        default: nil
        }
    }
}

/// Why a message was not taken, and must come again.
package struct MessageFailure: Error, Hashable, Sendable {
    package let refusal: IdentityRefusal
    /// For the log.
    package let reason: String

    package init(refusal: IdentityRefusal, reason: String) { (self.refusal, self.reason) = (refusal, reason) }
}

/// What Clerk's messages bring about. A user is linked, or gets a row, by the rules of the first request and by what Clerk says
/// when it is asked: a message may be hours old, and whoever sends it again must not bring back what has changed since.
package struct ClerkMessages {
    private let log: any ClerkMessageLog
    private let directory: any UserDirectory
    private let linker: Linker?

    /// - Parameter linker: `nil` where nothing can be asked of Clerk: then nobody is linked.
    package init(_ log: any ClerkMessageLog, _ directory: any UserDirectory, _ linker: Linker?) {
        (self.log, self.directory, self.linker) = (log, directory, linker)
    }

    /// It throws where the message must come again. When it returns, everything is committed.
    package func handle(
        _ message: ClerkMessage, isLinkingOpen: Bool, requestID: String, at now: UnixTime
    ) async throws(MessageFailure) -> MessageOutcome {
        if message.event == .other { return .ignored }
        let standing = try await ask { () async throws(Unavailable) in try await log.standing(of: message) }
        if standing == .duplicate { return .duplicate }
        var link = MessageOutcome.unchanged
        if standing == .new, case .user(let user) = message.event {
            link = try await self.link(user.id, isLinkingOpen: isLinkingOpen, requestID: requestID, at: now)
        }
        switch try await ask({ () async throws(Unavailable) in try await log.take(message, at: now) }) {
        case .duplicate: return .duplicate
        // Who was just linked is so by a state that is newer than the message's.
        case .outdated: return link == .linked ? .linked : .outdated
        case .nothing: return link
        case .synced: return link == .unchanged ? .synced : link
        case .syncRefused(_, let reason): return .syncRefused(reason: reason)
        case .deactivated: return .deactivated
        case .unlinked: return .unlinked
        case .removed: return .removed
        case .revoked: return .revoked
        }
    }

    private func link(
        _ user: ClerkUserID, isLinkingOpen: Bool, requestID: String, at now: UnixTime
    ) async throws(MessageFailure) -> MessageOutcome {
        let linked = try await ask { () async throws(Unavailable) in try await directory.user(linkedTo: user) }
        guard linked == nil, let linker else { return .unchanged }
        // Where a request would make the row, it will. Where only a message does, this one must come again.
        guard isLinkingOpen else {
            if linker.rules.provisionsOnMessages {
                throw MessageFailure(refusal: .link(.awaitingProvision), reason: "no route is in dual or clerk")
            }
            return .unchanged
        }
        do throws(IdentityRefusal) {
            _ = try await linker.row(toldOf: user, requestID: requestID, at: now)
            return .linked
        } catch {
            guard case .link(let refusal) = error else {
                throw MessageFailure(refusal: error, reason: "Clerk or the database could not be asked, to link the user")
            }
            return .notLinked(refusal)
        }
    }

    private func ask<Answer: Sendable>(_ question: () async throws(Unavailable) -> Answer) async throws(MessageFailure) -> Answer {
        do throws(Unavailable) { return try await question() } catch {
            throw MessageFailure(
                refusal: .unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds), reason: error.description)
        }
    }
}
