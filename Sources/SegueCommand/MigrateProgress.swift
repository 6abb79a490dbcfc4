internal import Glibc
internal import Migration
internal import Snapshot
internal import Sockets

/// How far a run is: one line that is written over on a terminal, a line now and then elsewhere, nothing beside JSON.
final class MigrateProgress: Sendable {
    private let total: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isSilent: Bool
    private let start = Clock.monotonicMilliseconds()
    private let last = Guarded(Clock.monotonicMilliseconds())

    /// Between two lines, for a person and for a log.
    private static let (terminalMilliseconds, logMilliseconds): (Int64, Int64) = (200, 10_000)
    private static let barWidth = 24

    init(of total: Int, json: Bool) { (self.total, isSilent) = (total, json && isatty(STDERR_FILENO) == 0) }

    func show(_ tally: MigrationTally) {
        let now = Clock.monotonicMilliseconds()
        let pause = isTerminal ? Self.terminalMilliseconds : Self.logMilliseconds
        guard !isSilent,
            last.withLock({ last in
                guard now - last >= pause else { return false }
                last = now
                return true
            })
        else { return }
        if isTerminal { Terminal.progress(bar(tally) + line(tally, at: now)) } else { Terminal.talk(line(tally, at: now)) }
    }

    func end() { if isTerminal, !isSilent { Terminal.progress("") } }

    private func bar(_ tally: MigrationTally) -> String {
        let filled = total == 0 ? Self.barWidth : min(Self.barWidth, tally.people * Self.barWidth / total)
        return "[\(String(repeating: "=", count: filled))\(String(repeating: " ", count: Self.barWidth - filled))] "
    }

    private func line(_ tally: MigrationTally, at now: Int64) -> String {
        let seconds = max(1, Int(now - start) / 1000)
        let rate = Double(tally.people) / Double(seconds)
        var text = "\(tally.people) of \(total), \(Int(rate.rounded())) a second"
        if rate > 0, tally.people < total {
            let left = Int(Double(total - tally.people) / rate)
            text += left < 120 ? ", \(left) s left" : ", \(left / 60) min left"
        }
        let trouble = tally.count(.conflict) + tally.count(.failed)
        return trouble == 0 ? text : text + ", \(trouble) to be settled"
    }
}
