package import Authentication
import JSON
import Migration

/// A user of Clerk's, as far as an operator's commands need it: no address and no name.
package struct ClerkUserRecord: Sendable, Hashable {
    package let id: ClerkUserID
    package let externalID: String?
    /// Whether they have ever signed in.
    package let hasSignedIn: Bool
    package let isBanned: Bool
    package let isLocked: Bool
    /// Whether a run of ours created them, by their private metadata, which nobody but a back end writes.
    package let isOurs: Bool

    package init(id: ClerkUserID, externalID: String?, hasSignedIn: Bool, isBanned: Bool, isLocked: Bool, isOurs: Bool = true) {
        (self.id, self.externalID, self.hasSignedIn) = (id, externalID, hasSignedIn)
        (self.isBanned, self.isLocked, self.isOurs) = (isBanned, isLocked, isOurs)
    }

    /// Reads a list of the published API's users. A member that decides whether somebody is deleted must be there.
    static func list(_ content: [UInt8]) throws(ClerkCallFailure) -> [ClerkUserRecord] {
        guard let users = (try? JSONValue(parsing: content, limits: JSONLimits(bytes: Limits.recordBytes)))?.array else {
            throw .unexpected("no list of users")
        }
        var records: [ClerkUserRecord] = []
        for user in users {
            guard user["object"]?.string == "user", let id = user["id"]?.string, let signedIn = user["last_sign_in_at"],
                let banned = user["banned"]?.bool, let locked = user["locked"]?.bool
            else { throw .unexpected("a user is not as published") }
            records.append(
                ClerkUserRecord(
                    id: ClerkUserID(id), externalID: user["external_id"]?.string, hasSignedIn: !signedIn.isNull,
                    isBanned: banned, isLocked: locked,
                    isOurs: user["private_metadata"]?[CreateUser.batchMember]?.string != nil))
        }
        return records
    }
}
