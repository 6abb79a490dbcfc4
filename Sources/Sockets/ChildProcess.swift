import CLinux
import Glibc

/// Another program that this process runs. It is told to end when the thread that started it ends, so that it does not
/// outlive us even if we are killed: start it from a thread that lives as long as the process.
package final class ChildProcess {
    package enum End: Sendable, Hashable {
        case exited(Int32)
        case signal(Int32)
    }

    package let id: Int32
    private var end: End?

    /// - Parameters:
    ///   - program: its path; `/proc/self/exe` is this program once more.
    ///   - words: its name, as it is listed, and its arguments.
    ///   - output: the file that takes both of its outputs, made anew.
    package init(_ program: String, _ words: [String], environment: [String: String], output: String) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let descriptor = try retrying("open \(output)") { unsafe open(output, flags, 0o600) }
        defer { close(descriptor) }
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        id = try unsafe withCStrings(words) { words throws(SystemError) in
            try unsafe withCStrings(variables) { variables throws(SystemError) in
                try retrying("fork") { unsafe segue_start_program(program, words, variables, descriptor) }
            }
        }
    }

    /// How it ended; `nil` while it runs.
    package func ended() -> End? {
        if end != nil { return end }
        var status: Int32 = 0
        guard unsafe waitpid(id, &status, WNOHANG) == id else { return nil }
        let signal = status & 0x7F
        end = signal == 0 ? .exited(status >> 8 & 0xFF) : .signal(signal)
        return end
    }

    /// Asks it to end, waits, and ends it by force when it takes too long. Blocks.
    package func stop(withinMilliseconds patience: Int64) {
        guard ended() == nil else { return }
        kill(id, SIGTERM)
        let deadline = Clock.monotonicMilliseconds() + patience
        while ended() == nil {
            if Clock.monotonicMilliseconds() >= deadline { kill(id, SIGKILL) }
            usleep(5_000)
        }
    }
}

/// Strings as C takes a list of them, with a null pointer at its end.
private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws(SystemError) -> Result
) throws(SystemError) -> Result {
    let pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return try unsafe body(pointers)
}
