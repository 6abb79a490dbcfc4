import CLinux
import Glibc

/// Starts a detached thread. Its name is cut to 15 bytes, which is what the kernel keeps.
package func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: String(name.prefix(15)), body: body))
    var thread = pthread_t()
    let result = unsafe pthread_create(
        &thread, nil,
        { pointer in
            let start = unsafe Unmanaged<ThreadStart>.fromOpaque(pointer!).takeRetainedValue()
            unsafe segue_name_thread(start.name)
            start.body()
            return nil
        }, start.toOpaque())
    precondition(result == 0, "pthread_create failed: \(result)")
    pthread_detach(thread)
}

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) { (self.name, self.body) = (name, body) }
}
