import CLinux
import Glibc

/// Tells when something in a folder was written, moved or replaced. It watches the folder and not a file in it, because
/// editors and Kubernetes replace files (a ConfigMap swaps a symbolic link).
package final class FolderWatch: EventSource {
    private let changed: () -> Void

    package init(path: String, loop: Loop, changed: @escaping () -> Void) throws(SystemError) {
        let descriptor = try retrying("inotify_init1") { inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB)
        self.changed = changed
        do {
            try retrying("inotify_add_watch \(path)") { unsafe inotify_add_watch(descriptor, path, events) }
            try super.init(descriptor: descriptor, events: Events.readable, loop: loop)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    override func eventsArrived(_ events: UInt32) {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var arrived = false
        // Which file it was does not matter: whoever listens reads its own and compares.
        while unsafe Glibc.read(descriptor, &bytes, bytes.count) > 0 { arrived = true }
        if arrived { changed() }
    }
}
