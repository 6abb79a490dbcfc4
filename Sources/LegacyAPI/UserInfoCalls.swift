import Authentication
package import Fetch
import Settings
import Snapshot
import Telemetry

/// The calls of all workers to the old application: those who arrive with one credential at the same time are answered by one
/// call, and only so many calls are made at a time. It outlives changes of the settings.
package final class UserInfoCalls: Sendable {
    typealias Answer = Result<UserID?, Unavailable>
    typealias Reply = @Sendable (Answer) -> Void

    private let start: @Sendable (FetchRequest, @escaping FetchCompletion) -> Void
    private let report: @Sendable (String) -> Void
    private let state = Guarded(State())

    private struct State {
        var waiting: [UserInfoQuestion: [Reply]] = [:]
        var status: [String: UserInfoStatus] = [:]
    }

    /// `report` gets the few lines that an operator must see.
    package convenience init(engine: FetchEngine, report: @escaping @Sendable (String) -> Void) {
        let client = FetchClient(engine: engine, transfersMax: Limits.transfers, waitingMax: Limits.waiting)
        self.init(report: report) { client.start($0, completion: $1) }
    }

    init(
        report: @escaping @Sendable (String) -> Void, start: @escaping @Sendable (FetchRequest, @escaping FetchCompletion) -> Void
    ) {
        (self.report, self.start) = (report, start)
    }

    /// By the name of the entry.
    package var status: [String: UserInfoStatus] { state.withLock { $0.status } }

    func ask(_ question: UserInfoQuestion, _ reply: @escaping Reply) {
        let isFirst = state.withLock { state in
            defer { state.waiting[question, default: []].append(reply) }
            return state.waiting[question] == nil
        }
        guard isFirst else { return }
        start(question.request) { result in
            self.settle(question, UserInfoOutcome(result, member: question.settings.userIDMember))
        }
    }

    private func settle(_ question: UserInfoQuestion, _ outcome: UserInfoOutcome) {
        let (waiting, line) = state.withLock { state in
            let line = state.status[question.entry, default: UserInfoStatus()].note(outcome)
            return (state.waiting.removeValue(forKey: question) ?? [], line)
        }
        if let line { report("legacy \"\(question.entry)\": \(line)") }
        for reply in waiting { reply(outcome.answer) }
    }
}

/// How the old application has answered one entry's questions.
package struct UserInfoStatus: Sendable, Hashable {
    package private(set) var calls: UInt64 = 0
    package private(set) var failures: UInt64 = 0
    private var isFailing = false

    package init() {}

    /// What an operator must hear: the first trouble, and its end.
    fileprivate mutating func note(_ outcome: UserInfoOutcome) -> String? {
        calls += 1
        let wasFailing = isFailing
        isFailing = outcome.failure != nil
        if let failure = outcome.failure {
            failures += 1
            return wasFailing ? nil : "the old application cannot say whose a credential is: \(failure)"
        }
        return wasFailing ? "the old application answers again" : nil
    }
}
