internal import Authentication
internal import Directory
internal import Identity
internal import Invitations
internal import JSON
internal import Mail
internal import Migration
internal import Settings
internal import Telemetry

/// Who would be invited, who is left out and why, and how long it takes at least.
struct InvitePlan: Sendable {
    private(set) var people: [Addressee] = []
    private(set) var skipped: [InvitationSkip: Int] = [:]
    /// Of those to be invited: an accept needs their old credential as well (`linking.legacyEmail`).
    private(set) var unproved = 0
    let kind: InvitationKind
    let resends: Bool
    let perMinute: Int
    let sender: String

    /// Reads the rows. Runs on a loop.
    init(
        _ settings: Settings, _ directory: DirectorySettings, _ order: InviteOrder, at now: UnixTime
    ) async throws(DirectorySchema.Failure) {
        (kind, resends) = (order.kind, order.resends)
        perMinute = settings.smtp?.perMinute ?? 60
        sender = settings.smtp?.from.address.text ?? ""
        let schema = DirectorySchema(directory)
        let records = Dictionary(
            try await schema.invitationRecords(at: now).map { ($0.user, $0) }, uniquingKeysWith: { _, last in last })
        let created = order.kind == .welcome ? try await schema.unseenCreated() : [:]
        let rules = InvitationRules(directory, order.kind)
        var (people, skipped, unproved): ([Addressee], [InvitationSkip: Int], Int) = ([], [:], 0)
        _ = try await DirectorySchema(directory.withoutSecrets).migrationRows(order.selection, MigrationSettings()) {
            rows, shared in
            for row in rows {
                switch rules.decide(row, among: shared, made: created[row.user.id]) {
                case .skip(let reason): skipped[reason, default: 0] += 1
                case .invite(let addressee):
                    if !order.resends, records[row.user.id]?.stands(against: order.kind) ?? false {
                        skipped[.invitedBefore, default: 0] += 1
                        continue
                    }
                    if order.kind == .welcome, records[row.user.id]?.isLettingIn(row.user.clerkUser) ?? false {
                        skipped[.welcomeUsed, default: 0] += 1
                        continue
                    }
                    people.append(addressee)
                    if order.kind == .link, !directory.linking.proves(row.user) { unproved += 1 }
                }
            }
        }
        (self.people, self.skipped, self.unproved) = (people, skipped, unproved)
    }

    mutating func leaveOut(_ users: Set<UserID>, because reason: InvitationSkip) {
        let count = people.count
        people.removeAll { users.contains($0.row.id) }
        if count > people.count { skipped[reason, default: 0] += count - people.count }
    }

    var rows: Int { people.count + skipped.values.reduce(0, +) }

    private var seconds: Int {
        switch kind {
        case .link, .welcome: people.count * 60 / max(1, perMinute)
        // The first hour's worth at once.
        case .clerk: max(0, people.count - 1) / (resends ? ClerkInvitation.singlesPerHour : ClerkInvitation.bulkPerHour) * 3_600
        }
    }

    private var pace: String {
        switch kind {
        case .link, .welcome: "\(perMinute) mails a minute (smtp.perMinute), all processes together"
        case .clerk:
            resends
                ? "Clerk takes \(ClerkInvitation.singlesPerHour) invitations an hour one by one"
                : "Clerk takes \(ClerkInvitation.bulkPerHour) invitations an hour in bulk, \(ClerkInvitation.singlesPerHour) one by one"
        }
    }

    var text: String {
        let what =
            switch kind {
            case .link: "an invitation by mail from \(sender)"
            case .welcome: "a welcome by mail from \(sender)"
            case .clerk: "an invitation of Clerk's"
            }
        var lines = ["to be invited      \(people.count)   \(what)"]
        for (reason, count) in skipped.sorted(by: { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }) {
            lines.append("left out           \(count)   \(reason.words)")
        }
        if unproved > 0 {
            lines.append(
                "need more          \(unproved)   linking.legacyEmail does not prove their addresses: the page wants their old credential, too"
            )
        }
        lines.append("pace               \(pace)")
        lines.append("time               \(Self.words(seconds: seconds)) at least")
        return lines.joined(separator: "\n")
    }

    private static func words(seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\((seconds + 59) / 60) min"
        default: "\((seconds + 3_599) / 3_600) hours"
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", kind.rawValue)
        writer.member("to_be_invited", Int64(people.count))
        writer.member("need_old_credential", Int64(unproved))
        writer.member("seconds_at_least", Int64(seconds))
        writer.key("left_out")
        writer.beginObject()
        for (reason, count) in skipped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.member(reason.rawValue, Int64(count))
        }
        writer.endObject()
    }
}

extension InvitationSkip {
    fileprivate var words: String {
        switch self {
        case .alreadyLinked: "are linked already (--created welcomes those whom segue migrate made)"
        case .notCreated: "were not made by segue migrate, or have been seen with a Clerk session"
        case .inactive: "are inactive"
        case .privileged: "have a privileged role: segue link joins them"
        case .noAddress: "have no address"
        case .addressMalformed: "have an address that no mail can be sent to"
        case .addressShared: "share their address with another row"
        case .addressUnproved: "have an address that linking.legacyEmail does not prove: a stranger may read the mail"
        case .invitedBefore: "have an invitation (--resend sends another)"
        case .welcomeUsed: "have just used their welcome"
        case .inClerk: "have a user in Clerk with this address: invite them by mail"
        }
    }
}

extension DirectorySettings {
    /// Without the columns that no letter needs.
    fileprivate var withoutSecrets: DirectorySettings {
        var settings = self
        (settings.users.passwordHash, settings.users.totpSecret, settings.users.backupCodes) = (nil, nil, nil)
        (settings.users.phone, settings.users.username, settings.users.createdAt) = (nil, nil, nil)
        return settings
    }
}

extension DirectorySettings.Linking {
    fileprivate func proves(_ row: DirectoryUser) -> Bool {
        switch legacyEmail {
        case .trusted: true
        case .untrusted: false
        case .verifiedColumn: row.isEmailVerified == true
        }
    }
}
