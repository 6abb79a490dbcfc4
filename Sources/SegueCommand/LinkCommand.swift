internal import Authentication
internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Identity
internal import JSON
internal import Migration
internal import Settings

/// `segue link` and `segue unlink`: what no rule decides, somebody decides by hand, with a reason.
enum LinkCommand {
    /// The name of this rule in the ledger.
    private static let rule = "manual"

    static func link(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let isUnchecked = arguments.flag("unchecked", "do not ask Clerk whether there is such a user")
        let note = DirectoryVisit.note(&arguments)
        let user = UserID(arguments.word("USER", "the internal user id"))
        let clerkUser = ClerkUserID(arguments.word("CLERK_USER", "the Clerk user id, user_…"))
        let file = SettingsFile.word(&arguments)
        arguments.example("segue link 42 user_2abc --reason 'showed both on the telephone, ticket 17'")
        if !clerkUser.text.isEmpty, !clerkUser.text.hasPrefix("user_") { arguments.note("\(clerkUser.text) is no Clerk user id") }
        if let end = arguments.finish() { return end }
        let now = DirectoryVisit.now
        let result = await DirectoryVisit.run(file) { (directory, settings) throws(Unavailable) -> Linked in
            if !isUnchecked, let problem = await unknown(clerkUser, settings) { return problem }
            guard let row = try await directory.user(user) else { return .noSuchUser }
            let link = NewLink(
                row: row, clerkUser: clerkUser, rule: rule, needsSoleEmail: false, requestID: "", time: now, note: note)
            return .outcome(try await directory.link(link))
        }
        switch result {
        case .failure(let failure): return failure.code
        case .success(let linked): return report(linked, user, clerkUser, json: json)
        }
    }

    private enum Linked: Sendable {
        case outcome(LinkOutcome)
        case noSuchUser, noSuchClerkUser, noKey
        case clerkAway
    }

    /// Why Clerk's word on the user is missing; `nil` when there is such a user.
    private static func unknown(_ clerkUser: ClerkUserID, _ settings: Settings) async -> Linked? {
        guard let clerk = settings.clerk, clerk.secretKey != nil else { return .noKey }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let users = ClerkUsersAPI(settings: clerk, client: FetchClient(engine: engine), report: { Terminal.talk($0) })
        do throws(ClerkUsersFailure) { return try await users.user(clerkUser) == nil ? .noSuchClerkUser : nil } catch {
            return .clerkAway
        }
    }

    private static func report(_ linked: Linked, _ user: UserID, _ clerkUser: ClerkUserID, json: Bool) -> ExitCode {
        let (a, b) = (user.text, clerkUser.text)
        switch linked {
        case .outcome(.linked(let row)):
            return say(json, "linked", row.id, clerkUser, "linked \(row.id.text) to \(b)")
        case .outcome(.existing(let row)) where row.id == user || row.id.text.lowercased() == a.lowercased():
            return say(json, "linked", row.id, clerkUser, "\(row.id.text) is linked to \(b) already")
        case .outcome(.existing(let row)):
            return Terminal.fail("\(b) is linked to \(row.id.text) already; segue unlink \(row.id.text) first", .precondition)
        case .outcome(.rowTaken):
            return Terminal.fail("\(a) is linked to another Clerk user; segue unlink \(a) first", .precondition)
        case .outcome(.deleted):
            return Terminal.fail("Clerk has told that it deleted \(b); nobody can be linked to it any more", .precondition)
        case .outcome(.changed), .outcome(.emailTaken), .outcome(.unlinked):
            return Terminal.fail("\(a) is not active, or changed just now", .precondition)
        case .noSuchUser: return Terminal.fail("there is no user \(a)", .precondition)
        case .noSuchClerkUser: return Terminal.fail("Clerk has no user \(b)", .precondition)
        case .noKey:
            return Terminal.fail(
                "the settings have no clerk.secretKey to ask Clerk with; --unchecked leaves that out", .precondition)
        case .clerkAway: return Terminal.fail("Clerk cannot be asked about \(b); --unchecked leaves that out", .remote)
        }
    }

    static func unlink(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let note = DirectoryVisit.note(&arguments)
        let user = UserID(arguments.word("USER", "the internal user id"))
        let file = SettingsFile.word(&arguments)
        arguments.example("segue unlink 42 --reason 'two people behind one address, ticket 17'")
        if let end = arguments.finish() { return end }
        let now = DirectoryVisit.now
        let result = await DirectoryVisit.run(file) { (directory, _) throws(Unavailable) in
            try await directory.unlink(user, note, at: now)
        }
        switch result {
        case .failure(let failure): return failure.code
        case .success(.unlinked(let clerkUser)):
            return say(
                json, "unlinked", user, clerkUser, "unlinked \(user.text) from \(clerkUser.text); only segue link joins them again")
        case .success(.notLinked): return Terminal.fail("\(user.text) has no link", .precondition)
        case .success(.noSuchUser): return Terminal.fail("there is no user \(user.text)", .precondition)
        case .success(.idIsClerkUser):
            return Terminal.fail("in this users table the id is the Clerk user id: there is no link to take away", .precondition)
        case .success(.linkRequired):
            return Terminal.fail(
                "the users table requires a Clerk user of every row: take not-null back first (segue ledger list --action finalize, segue undo ENTRY)",
                .precondition)
        }
    }

    private static func say(_ json: Bool, _ status: String, _ user: UserID, _ clerkUser: ClerkUserID, _ text: String) -> ExitCode {
        guard json else { return Terminal.say(text.onOneLine) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", status)
        writer.member("user_id", user.text)
        writer.member("clerk_user_id", clerkUser.text)
        writer.endObject()
        return Terminal.say(writer.text)
    }
}
