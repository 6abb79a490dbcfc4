internal import Directory
internal import Settings
internal import Sockets

/// Directories that newer settings have replaced, oldest first: requests that began before still ask them. They keep no
/// idle connection, so that however often the settings change, the database sees two sets of connections at most: the
/// one in force and what is still busy of the one before. Touched on the control loop only.
final class ReplacedDirectories: @unchecked Sendable {
    private var all: [DirectoryThread] = []

    /// Before another is opened: those that have been replaced must have closed their connections. One that is busy for
    /// longer than any question may take is stopped.
    func settle() async {
        let deadline = Clock.monotonicMilliseconds() + Int64(FixedLimits.handOverMilliseconds)
        for directory in all {
            while directory.connections > 0, Clock.monotonicMilliseconds() < deadline { await sleep(milliseconds: 20) }
            if directory.connections > 0 { stop(directory) }
        }
    }

    func add(_ directory: DirectoryThread, on control: Loop) {
        directory.retire()
        all.append(directory)
        if all.count > FixedLimits.replacedMax { stop(all[0]) }
        let replaced = self
        control.spawn {
            await sleep(milliseconds: FixedLimits.replacedMilliseconds)
            replaced.stop(directory)
        }
    }

    private func stop(_ directory: DirectoryThread) {
        guard let index = all.firstIndex(where: { $0 === directory }) else { return }
        all.remove(at: index)
        directory.stop()
    }
}
