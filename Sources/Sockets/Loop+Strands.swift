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

    /// One pass over a dense array, ten times a second: cheaper than a timer per wait, and late by 100 ms at most.
    func sweep() {
        nextSweep = now + Limits.sweepMilliseconds
        let present = Deadline(milliseconds: now)
        var slot = deadlines.count - 1
        while slot >= 0 {
            if deadlines[slot] <= present { strands[slot].wake(.timeout) }
            slot -= 1
        }
    }

    /// Ends idle conversations: wakes every strand that is between two requests.
    package func wakeIdleStrands() {
        for strand in strands where strand.isIdle { strand.wake(.draining) }
    }

    package var strandCount: Int { strands.count }
}
