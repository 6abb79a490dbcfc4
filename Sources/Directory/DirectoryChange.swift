package import Authentication

/// What may have changed in the directory, for whoever keeps callers in a cache.
package enum DirectoryChange: Sendable, Hashable {
    case user(UserID)
    case clerkUser(ClerkUserID)
    /// A route was flipped, or flipped back.
    case overrides
    /// A session was ended, or all of a user's.
    case revocations
    /// Changes may have been missed.
    case everything
}

extension DirectoryChange {
    static let channel = "segue"

    var message: String {
        switch self {
        case .user(let id) where id.text.utf8.count < Limits.notificationBytes: "user " + id.text
        case .clerkUser(let id) where id.text.utf8.count < Limits.notificationBytes: "clerk " + id.text
        case .overrides: "overrides"
        case .revocations: "revocations"
        case .user, .clerkUser, .everything: "everything"
        }
    }

    /// What a newer version says, or anybody else on the channel, is taken for the worst.
    init(_ message: String) {
        if message.hasPrefix("user ") {
            self = .user(UserID(String(message.dropFirst(5))))
        } else if message.hasPrefix("clerk ") {
            self = .clerkUser(ClerkUserID(String(message.dropFirst(6))))
        } else if message == "overrides" {
            self = .overrides
        } else if message == "revocations" {
            self = .revocations
        } else {
            self = .everything
        }
    }
}
