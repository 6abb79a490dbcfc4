internal import Authentication
internal import Directory
internal import Identity
internal import Invitations
internal import JSON
internal import Telemetry

/// What a run came to.
struct InviteReport: Sendable {
    enum Outcome: Sendable {
        case sent, notOurTurn
        case failed(String)
        case unclear(String)

        init(_ outcome: Inviter.Outcome) {
            switch outcome {
            case .sent: self = .sent
            case .failed(.unclear(let reason)): self = .unclear(reason)
            case .failed(let failure): self = .failed("\(failure)")
            case .notOurTurn, .tooOften: self = .notOurTurn
            case .noAddress: self = .failed("no address")
            }
        }
    }

    let batch: String
    let plan: InvitePlan
    private(set) var sent = 0
    /// Another process was first, or they are not what the plan has read any more.
    private(set) var others: Set<UserID> = []
    /// Of these: written down by another process, from which nothing was heard of their mail. It may have been killed.
    private var unheard = 0
    private var failures = InviteTroubles()
    /// The mail server got their letter and did not say that it took it.
    private var unclear = InviteTroubles()
    var halt: InviteHalt?
    var isStopped = false

    init(batch: String, plan: InvitePlan) { (self.batch, self.plan) = (batch, plan) }

    mutating func count(_ addressee: Addressee, _ outcome: Outcome) {
        switch outcome {
        case .sent: sent += 1
        case .notOurTurn: others.insert(addressee.row.id)
        case .failed(let reason): failures.add(addressee.row.id, reason)
        case .unclear(let reason): unclear.add(addressee.row.id, reason)
        }
    }

    /// Nobody has written to them yet.
    var left: Int { plan.people.count - sent - others.count - failures.count - unclear.count + unheard }

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
        return failures.count + unclear.count + unheard > 0 || isStopped ? .partial : .ok
    }

    private var text: String {
        var lines = ["batch \(batch)", "", "sent      \(sent)", "failed    \(failures.count)"]
        if unclear.count > 0 { lines.append("unclear   \(unclear.count)   perhaps their letter has arrived") }
        if others.count > unheard {
            lines.append(
                "others    \(others.count - unheard)   another process was first, or they were linked or changed meanwhile")
        }
        if left > 0 { lines.append("left      \(left)   run the same command again to go on") }
        if unheard > 0 { lines += ["", unheardWords] }
        lines += failures.lines
        if failures.count > 0 { lines += ["", "Run the same command again: it writes to those who failed, and to nobody twice."] }
        lines += unclear.lines
        if unclear.count > 0 {
            lines += [
                "", "A letter that is unclear is not written again by itself. `segue invite --status` says who opens it;",
                "`segue invite --resend --user-id ID` sends another, and ends the link of the first.",
            ]
        }
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
        writer.member("failed", Int64(failures.count))
        writer.member("unclear", Int64(unclear.count))
        writer.member("others", Int64(others.count - unheard))
        writer.member("left", Int64(left))
        writer.member("ending", halt?.reason ?? (isStopped ? "stopped as asked" : unheard > 0 ? unheardWords : nil))
        failures.write("failures", to: &writer)
        unclear.write("unclear_letters", to: &writer)
        writer.endObject()
        return writer.text
    }
}
