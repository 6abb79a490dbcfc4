// Strands and their deadlines.
extension Loop {
    func admit(_ strand: Strand) {
        strand.slot = strands.count
        strands.append(strand)
        deadlines.append(.never)
    }

    func dismiss(_ strand: Strand) {
        let slot = strand.slot
        guard slot >= 0 else { return }
        let last = strands.removeLast()
        let lastDeadline = deadlines.removeLast()
        if last !== strand {
            strands[slot] = last
            deadlines[slot] = lastDeadline
            last.slot = slot
        }
        strand.slot = -1
    }

    func setDeadline(of strand: Strand, _ deadline: Deadline) { deadlines[strand.slot] = deadline }
    func clearDeadline(of strand: Strand) { deadlines[strand.slot] = .never }

    /// One pass over a dense array, ten times a second: cheaper than a timer per wait, and late by 100 ms at most. A crowd that
    /// came together runs out of time together: the pass wakes so many of it in one turn and goes on in the next, so that
    /// those whose turn it is wait for a few farewells and not for all.
    func sweep() {
        if !isSweeping {
            nextSweep = now + Limits.sweepMilliseconds
            sweepSlot = deadlines.count
        }
        let present = Deadline(milliseconds: now)
        var left = Limits.timeoutsPerTurn
        // Who is dismissed meanwhile has a slot above, or gives his to one from above, who was looked at.
        sweepSlot = min(sweepSlot, deadlines.count)
        while isSweeping, left > 0 {
            sweepSlot -= 1
            guard deadlines[sweepSlot] <= present else { continue }
            strands[sweepSlot].wake(.timeout)
            left -= 1
        }
    }

    /// Whether a pass has not come to its end.
    var isSweeping: Bool { sweepSlot > 0 }

    /// Ends idle conversations: wakes every strand that is between two requests.
    package func wakeIdleStrands() {
        for strand in strands where strand.isIdle { strand.wake(.draining) }
    }

    package var strandCount: Int { strands.count }
}
