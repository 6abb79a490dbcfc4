internal import Authentication
internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Invitations
internal import Migration
internal import SMTP
internal import Settings
internal import Telemetry

/// `segue invite` in earnest: say what is to be done, and do it until everybody is through or somebody stops it.
struct InviteRun: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let invitations: InvitationSettings
    private let order: InviteOrder
    private let clerk: (settings: ClerkSettings, secretKey: Secret)?

    init(_ settings: Settings, _ directory: DirectorySettings, _ order: InviteOrder, _ file: String) throws {
        guard let invitations = settings.invitations else {
            throw RunRefusal(reason: "\(file) has no `invitations`: docs/invitations.md says what they need")
        }
        (self.settings, self.directory, self.invitations, self.order) = (settings, directory, invitations, order)
        clerk = settings.clerk.flatMap { clerk in clerk.secretKey.map { (clerk, $0) } }
        if order.kind == .clerk, clerk == nil {
            throw RunRefusal(reason: "the settings have no clerk.secretKey, without which Clerk invites nobody")
        }
        if order.kind == .welcome, invitations.signIn == nil {
            throw RunRefusal(
                reason: "invitations.signIn is missing: the page on which somebody signs in with a ticket of Clerk's")
        }
        if order.kind == .clerk, invitations.signUp == nil {
            throw RunRefusal(reason: "invitations.signUp is missing: the page that Clerk's invitations lead to")
        }
    }

    /// Runs on the loop of the calling thread.
    func run() async -> ExitCode {
        await LongRun.stoppable { isStopping in
            let engine = FetchEngine()
            engine.start()
            defer { engine.stop() }
            var plan = try await InvitePlan(settings, directory, order, at: DirectoryVisit.now)
            guard plan.rows > 0 || !order.selection.isAboutOnePerson else {
                return Terminal.fail("no row is that person's", .precondition)
            }
            if order.kind == .clerk, let clerk {
                let api = ClerkUserAdminAPI(clerk.settings, secretKey: clerk.secretKey, client: FetchClient(engine: engine))
                plan.leaveOut(try await InClerk.find(plan.people, api, isStopping: isStopping), because: .inClerk)
            }
            let report = InviteReport(batch: order.batch, plan: plan)
            if order.action == .plan { return Terminal.say(order.json ? report.planJSON : plan.text) }
            if !order.json { Terminal.talk(plan.text) }
            return plan.people.isEmpty ? report.end(order.json) : try await send(report, engine, isStopping: isStopping)
        }
    }

    private func send(
        _ report: InviteReport, _ engine: FetchEngine, isStopping: @escaping @Sendable () -> Bool
    ) async throws -> ExitCode {
        var report = report
        let thread = try DirectoryThread(directory)
        thread.start()
        defer { thread.stop() }
        let began = DirectoryVisit.now
        try await thread.noteInvitations(
            "\(counted(report.plan.people.count, "person", "people")) by \(order.kind == .clerk ? "Clerk" : "mail")",
            batch: order.batch,
            by: order.note, at: began)
        let turn = InvitationTurn.run(began: began, resends: order.resends)
        do throws(InviteHalt) {
            if order.kind == .clerk, let clerk {
                let inviter = ClerkInvitationsAPI(clerk.settings, secretKey: clerk.secretKey, client: FetchClient(engine: engine))
                let work = InviteByClerk(inviter, thread, invitations, order, turn, isStopping: isStopping)
                try await work.invite(report.plan.people) { report.count($0, $1) }
            } else {
                try await sendMail(thread, engine, turn, &report, isStopping: isStopping)
            }
        } catch {
            report.halt = error
        }
        if isStopping(), report.halt == nil, report.left > 0 { report.isStopped = true }
        if !report.others.isEmpty, let records = try? await DirectorySchema(directory).invitationRecords(at: DirectoryVisit.now) {
            report.settle(records)
        }
        return report.end(order.json)
    }

    private func sendMail(
        _ thread: DirectoryThread, _ engine: FetchEngine, _ turn: InvitationTurn, _ report: inout InviteReport,
        isStopping: @escaping @Sendable () -> Bool
    ) async throws(InviteHalt) {
        guard let smtp = settings.smtp else { throw InviteHalt(reason: "the settings have no smtp") }
        let letters: Letters
        do throws(InvitationLetters.Fault) { letters = try InvitationLetters.load(invitations) } catch {
            throw InviteHalt(reason: "\(error)")
        }
        let inviter = Inviter(
            invitations, smtp, letters, store: thread, carrier: SMTPCarrier(smtp, client: FetchClient(engine: engine)))
        let pace = DirectoryPace(thread, calls: max(1, smtp.perMinute / 6), of: "mail", isStopping: isStopping)
        let work = InviteByMail(inviter, pace, order, turn, isStopping: isStopping)
        try await work.invite(report.plan.people) { report.count($0, $1) }
    }
}

/// Why a run ends before its time: nobody else would fare better.
struct InviteHalt: Error { let reason: String }

extension MigrationSelection {
    fileprivate var isAboutOnePerson: Bool {
        switch self {
        case .user, .email: true
        case .everybody, .cohort: false
        }
    }
}
