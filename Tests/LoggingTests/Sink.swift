import Files
import Glibc
import Testing

/// Where a log goes in a test: a pipe, which stalls while nobody reads it, breaks when its reader closes, and can be
/// opened again.
final class Sink {
    /// A log thread lives as long as the process, and so does what it writes to.
    let writer: Int32
    private var reader: Int32
    private let folder: TemporaryFolder
    private var unread: ArraySlice<UInt8> = []

    init(nonBlocking: Bool = false) throws {
        // A reader that closes must not end the process that tests run in; the gateway ignores the signal as well.
        signal(SIGPIPE, SIG_IGN)
        folder = try TemporaryFolder(prefix: "segue-logging-")
        try #require(unsafe mkfifo(folder.file("log"), 0o600) == 0)
        reader = Self.reader(folder)
        writer = unsafe open(folder.file("log"), O_WRONLY | O_CLOEXEC | (nonBlocking ? O_NONBLOCK : 0))
    }

    deinit {
        close(reader)
        folder.remove()
    }

    func breakOff() { close(reader) }

    func reopen() { reader = Self.reader(folder) }

    /// Ours alone: with a copy in a program that another test starts meanwhile the pipe would not break.
    private static func reader(_ folder: TemporaryFolder) -> Int32 {
        unsafe open(folder.file("log"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    }

    /// How many bytes wait to be read.
    var waiting: Int {
        var count: Int32 = 0
        _ = unsafe ioctl(reader, UInt(FIONREAD), &count)
        return Int(count)
    }

    /// Waits until so many bytes wait to be read; `false` when they do not come.
    func fills(to bytes: Int) -> Bool {
        for _ in 0..<10_000 where waiting < bytes { usleep(1_000) }
        return waiting >= bytes
    }

    /// Reads so many whole lines, without their ends; fewer when no more come.
    func lines(_ count: Int) -> [String] {
        var lines: [String] = []
        while lines.count < count {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: unread[..<end], as: UTF8.self))
                unread = unread[(end + 1)...]
            } else if !readMore() {
                break
            }
        }
        return lines
    }

    private func readMore() -> Bool {
        var arrival = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&arrival, 1, 5000) == 1 else { return false }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(reader, &chunk, chunk.count)
        if count > 0 { unread += chunk[..<count] }
        return true
    }
}
