package import Authentication
package import Identity
package import Invitations
package import Telemetry

/// What `segue invite` reads, each on a connection of its own.
extension DirectorySchema {
    package func invitationRecords(at now: UnixTime) async throws(Failure) -> [InvitationRecord] {
        try await edit { editor throws(DirectoryError) in try await editor.session().invitationRecords(at: now) }
    }

    /// Rows whose Clerk user Segue has made, and with which nobody was seen yet.
    package func unseenCreated() async throws(Failure) -> [UserID: ClerkUserID] {
        try await edit { editor throws(DirectoryError) in try await editor.session().unseenCreated() }
    }
}

extension DirectoryThread {
    /// That a run begins; how many are meant, and by which way.
    package func noteInvitations(_ words: String, batch: String, by note: OperatorNote, at time: UnixTime) async throws(Unavailable)
    {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.append(
                LedgerEntry(
                    .invite, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: time, note: note, batch: batch,
                    detail: words))
        }
        noteUnsealed()
    }
}
