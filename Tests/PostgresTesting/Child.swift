import Glibc

/// A program whose standard input and output are one socket pair, of which this holds the other end.
@safe final class Child: Sendable {
    private let process: pid_t
    private let pipe: Int32

    init(_ arguments: [String]) {
        // Closed in every other program that is started, so that ours alone keeps it open.
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        unsafe precondition(socketpair(AF_UNIX, type, 0, &ends) == 0)
        pipe = ends[0]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var started = pid_t()
        let result = unsafe posix_spawnp(&started, arguments[0], &actions, nil, &words, environ)
        unsafe precondition(result == 0, "\(arguments[0]): \(String(cString: strerror(result)))")
        process = started
        unsafe posix_spawn_file_actions_destroy(&actions)
        unsafe words.forEach { unsafe free($0) }
        close(ends[1])
    }

    deinit { close(pipe) }

    func writeLine(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        unsafe precondition(write(pipe, bytes, bytes.count) == bytes.count)
    }

    /// The next line, without its end; `nil` when there is none.
    func readLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(pipe, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    func readToEnd() -> [String] {
        var lines: [String] = []
        while let line = readLine() { lines.append(line) }
        return lines
    }

    func wait() -> Int32 {
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        return status
    }
}
