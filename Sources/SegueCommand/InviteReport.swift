internal import Authentication
internal import Directory
internal import Identity
internal import Invitations
internal import JSON
internal import Migration
internal import Telemetry

/// What a run came to.
struct InviteReport: Sendable {
    enum Outcome: Sendable {
        case sent, notOurTurn
        case failed(String)

        init(_ outcome: Inviter.Outcome) {
            switch outcome {
            case .sent: self = .sent
            case .failed(let failure): self = .failed("\(failure)")
            case .notOurTurn: self = .notOurTurn
            case .noAddress: self = .failed("no address")
            }
        }
    }

    let batch: String
    let plan: InvitePlan
    private(set) var sent = 0
    /// Another process was first, or they themselves.
    private(set) var others: Set<UserID> = []
    /// Of these: written down by another process, from which nothing was heard of their mail. It may have been killed.
    private var unheard = 0
    /// By reason.
    private(set) var failures: [String: Cases] = [:]
    var halt: InviteHalt?
    var isStopped = false

    init(batch: String, plan: InvitePlan) { (self.batch, self.plan) = (batch, plan) }

    mutating func count(_ addressee: Addressee, _ outcome: Outcome) {
        switch outcome {
        case .sent: sent += 1
        case .notOurTurn: others.insert(addressee.row.id)
        case .failed(let reason): failures[reason, default: Cases()].add(addressee.row.id)
        }
    }

    private var failed: Int { failures.values.reduce(0) { $0 + $1.count } }
    /// Nobody has written to them yet.
    var left: Int { plan.people.count - sent - others.count - failed + unheard }

    mutating func settle(_ records: [InvitationRecord]) {
        unheard = records.count { $0.state == .begun && others.contains($0.user) }
    }

    func end(_ json: Bool) -> ExitCode {
        let said = Terminal.say(json ? self.json : text)
        guard said == .ok else { return said }
        if let halt {
            Terminal.talk(halt.reason.onOneLine)
            return .remote
        }
        return failed > 0 || unheard > 0 || isStopped ? .partial : .ok
    }

    private var text: String {
        var lines = ["batch \(batch)", "", "sent      \(sent)", "failed    \(failed)"]
        if others.count > unheard {
            lines.append("others    \(others.count - unheard)   another process, or they themselves, were first")
        }
        if left > 0 { lines.append("left      \(left)   run the same command again to go on") }
        if unheard > 0 { lines += ["", unheardWords] }
        for (reason, cases) in failures.sorted(by: { $0.key < $1.key }) {
            lines += ["", "\(reason): \(counted(cases.count, "person", "people")): \(cases.ids)".onOneLine]
        }
        if failed > 0 { lines += ["", "Run the same command again: it writes to those who failed, and to nobody twice."] }
        return lines.joined(separator: "\n")
    }

    private var unheardWords: String {
        "\(counted(unheard, "person", "people")) begun by another run, perhaps killed: run it again after two minutes"
    }

    var planJSON: String {
        var writer = JSONWriter()
        writer.beginObject()
        plan.write(to: &writer)
        writer.endObject()
        return writer.text
    }

    private var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("batch", batch)
        plan.write(to: &writer)
        writer.member("sent", Int64(sent))
        writer.member("failed", Int64(failed))
        writer.member("others", Int64(others.count - unheard))
        writer.member("left", Int64(left))
        writer.member("ending", halt?.reason ?? (isStopped ? "stopped as asked" : unheard > 0 ? unheardWords : nil))
        writer.key("failures")
        writer.beginArray()
        for (reason, cases) in failures.sorted(by: { $0.key < $1.key }) {
            writer.beginObject()
            writer.member("reason", reason)
            cases.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
