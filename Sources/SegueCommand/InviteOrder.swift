internal import Crypto
internal import Directory
internal import Identity
internal import Invitations
internal import Telemetry

/// Whom somebody wants to be invited, and how.
struct InviteOrder: Sendable {
    enum Action: Sendable { case status, plan, send }

    let action: Action
    let selection: MigrationSelection
    let kind: InvitationKind
    let resends: Bool
    let json: Bool
    let note: OperatorNote
    let batch: String

    init(_ arguments: inout Arguments) {
        let selected = MigrateCommand.selection(&arguments)
        let isForAll = arguments.flag("all", "everybody")
        let isForCreated = arguments.flag(
            "created", "a welcome for those whom `segue migrate` made in Clerk and who have not been seen with a Clerk session")
        let way = arguments.option(
            "via", "WAY", "`mail` (default), or `clerk`: Clerk's own invitations, for people without a user there")
        resends = arguments.flag(
            "resend",
            "another one for those who have one and have not used it, or were let in and never seen; the one before ends")
        let isPlan = arguments.flag("dry-run", "only say who would be invited and how long it takes")
        let isStatus = arguments.flag("status", "only say what became of the invitations so far")
        json = arguments.flag("json", "print JSON")
        note = DirectoryVisit.optionalNote(&arguments)
        selection = selected ?? .everybody
        kind = isForCreated ? .welcome : way == "clerk" ? .clerk : .link
        action = isStatus ? .status : isPlan ? .plan : .send
        let time = CalendarTime(DirectoryVisit.now).rfc3339.filter { $0 != "-" && $0 != ":" }
        batch = "invite-\(time)-\(Hexadecimal.encode(RandomBytes.make(3)))"
        if let way, !["mail", "clerk"].contains(way) { arguments.note("--via: found \(way), expected mail or clerk") }
        if isForCreated, way == "clerk" {
            arguments.note("--created does not go with --via clerk, which invites only people who have no user in Clerk")
        }
        if isStatus {
            if selected != nil || isForAll || isForCreated || way != nil || resends || isPlan {
                arguments.note("--status is about all invitations, and goes with --json only")
            }
        } else if selected == nil, !isForAll {
            arguments.note("say --email, --user-id, --where or --all: whom to invite")
        } else if selected != nil, isForAll {
            arguments.note("--all does not go with --email, --user-id and --where")
        }
    }
}
