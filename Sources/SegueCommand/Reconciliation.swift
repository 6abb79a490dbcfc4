internal import Authentication
internal import Directory
internal import JSON
internal import Migration

/// What the directory and Clerk say differently of one person, and the command that mends it.
struct Drift: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Linked here, and Clerk has no such user.
        case gone
        /// Segue created the user for this row, and `external_id` says something else by now.
        case otherExternalID(String?)
        case banned
        case locked
        /// Other rows are linked to the same Clerk user.
        case shared([UserID])
        /// `segue.links` says another Clerk user than the column or the mapping.
        case recordDiffers(ClerkUserID)
        /// Created by Segue, and linked to nobody.
        case unlinked(entry: Int64)
    }

    let user: UserID?
    let clerkUser: ClerkUserID
    let kind: Kind
}

/// Holds links against what Clerk says of the same users.
enum Reconciliation {
    static func drifts(_ pairs: [LinkedPair], _ users: [ClerkUser]) -> [Drift] {
        let known = Dictionary(users.map { ($0.id, $0) }) { first, _ in first }
        return pairs.flatMap { pair -> [Drift] in
            var kinds: [Drift.Kind] = []
            if let recorded = pair.recorded { kinds.append(.recordDiffers(recorded)) }
            if let user = known[pair.clerkUser] {
                if pair.isOurs, user.externalID != pair.user.text { kinds.append(.otherExternalID(user.externalID)) }
                if user.isBanned { kinds.append(.banned) }
                if user.isLocked { kinds.append(.locked) }
            } else {
                kinds.append(.gone)
            }
            return kinds.map { Drift(user: pair.user, clerkUser: pair.clerkUser, kind: $0) }
        }
    }

    static func drifts(_ created: [CreatedUser], _ users: [ClerkUser]) -> [Drift] {
        let known = Set(users.map(\.id))
        return created.filter { known.contains($0.clerkUser) }.map {
            Drift(user: $0.user, clerkUser: $0.clerkUser, kind: .unlinked(entry: $0.entry))
        }
    }

    static func drifts(_ shared: [(clerkUser: ClerkUserID, users: [UserID])]) -> [Drift] {
        shared.flatMap { clerkUser, users in
            users.map { user in Drift(user: user, clerkUser: clerkUser, kind: .shared(users.filter { $0 != user })) }
        }
    }
}

extension Drift {
    var code: String {
        switch kind {
        case .gone: "gone"
        case .otherExternalID: "other_external_id"
        case .banned: "banned"
        case .locked: "locked"
        case .shared: "shared"
        case .recordDiffers: "record_differs"
        case .unlinked: "unlinked"
        }
    }

    private var said: String {
        switch kind {
        case .gone: "Clerk has no such user"
        case .otherExternalID(let id?): "its external_id in Clerk is \(id)"
        case .otherExternalID(nil): "it has no external_id in Clerk"
        case .banned: "banned in Clerk"
        case .locked: "locked in Clerk"
        case .shared(let others): "\(others.map(\.text).joined(separator: ", ")) is linked to it too"
        case .recordDiffers(let other): "Segue's own record says \(other.text)"
        case .unlinked: "Segue created it, and nobody is linked to it"
        }
    }

    /// A command to paste, or what to look at.
    var remedy: String {
        let id = user.map(\.text) ?? "ID"
        return switch kind {
        case .gone: "segue unlink \(id) --reason 'gone from Clerk'"
        case .otherExternalID, .recordDiffers: "segue explain --user \(id), then segue unlink \(id) and segue link \(id) CLERK_USER"
        case .banned: "unban it in Clerk if they may come in, or segue unlink \(id)"
        case .locked: "unlock it in Clerk, or wait: they failed to sign in too often"
        case .shared: "segue unlink \(id) for every row but one"
        case .unlinked(let entry):
            user == nil ? "segue undo \(entry)" : "segue link \(id) \(clerkUser.text), or segue undo \(entry)"
        }
    }

    var line: String { "\(code)  \(user?.text ?? "-")  \(clerkUser.text)  \(said)  =>  \(remedy)".onOneLine }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", code)
        writer.member("user_id", user?.text)
        writer.member("clerk_user_id", clerkUser.text)
        writer.member("text", said)
        writer.member("remedy", remedy)
        writer.endObject()
    }
}
