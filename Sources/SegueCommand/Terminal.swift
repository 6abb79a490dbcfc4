internal import Files

/// Standard output carries data, standard error carries talk.
enum Terminal {
    /// Writes a line of data. A reader that has gone away (`segue … | head`) is a failure.
    @discardableResult
    static func say(_ text: String) -> ExitCode {
        do { try Files.writeOutput(text + "\n") } catch { return .failed }
        return .ok
    }

    static func talk(_ text: String) { Files.writeError(text + "\n") }

    /// Says why a command failed.
    static func fail(_ reason: String, _ code: ExitCode = .failed) -> ExitCode {
        talk("segue: \(reason)")
        return code
    }
}
