import Files
import Glibc
import Logging

/// A log that a test reads. The file has no name any more when a test begins to write to it.
final class LogFile: Sendable {
    let thread: LogThread
    private let descriptor: Int32

    init() throws {
        let folder = try TemporaryFolder(prefix: "segue-log-")
        descriptor = unsafe open(folder.file("log"), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0o600)
        folder.remove()
        thread = LogThread(descriptor: descriptor)
    }

    /// What was handed over, and forgets it.
    func take() -> String {
        thread.drain(milliseconds: 5000)
        let bytes = (try? Files.read("/proc/self/fd/\(descriptor)", bytesMax: 1 << 24)) ?? []
        ftruncate(descriptor, 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
