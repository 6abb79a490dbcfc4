internal import Files

/// Standard output carries data, standard error carries talk. What strangers have put into a database or a token commands no
/// terminal: whatever is said here is made harmless.
enum Terminal {
    /// Writes a line of data. A reader that has gone away (`segue … | head`) is a failure, and knows it.
    @discardableResult
    static func say(_ text: String) -> ExitCode { write(harmless(text)) }

    /// A line with colours of our own; `harmless` is the caller's to apply to what is not.
    @discardableResult
    static func sayColoured(_ text: String) -> ExitCode { write(text) }

    private static func write(_ text: String) -> ExitCode {
        do throws(FileError) { try Files.writeOutput(text + "\n") } catch {
            if !error.isBrokenPipe { talk("segue: \(error)") }
            return .failed
        }
        return .ok
    }

    static func talk(_ text: String) { Files.writeError(harmless(text) + "\n") }

    /// A line of talk in the place of the one before it, for a terminal (ECMA-48 §8.3.41: erase in line).
    static func progress(_ text: String) { Files.writeError("\r\u{1B}[K" + harmless(text)) }

    /// Says why a command failed.
    static func fail(_ reason: String, _ code: ExitCode = .failed) -> ExitCode {
        talk("segue: \(reason)")
        return code
    }

    // MARK: Harmless text

    /// Without what a terminal takes for a command (ECMA-48) or for the order of the text (UAX #9). Within JSON it means the same.
    static func harmless(_ text: String) -> String { escaped(text, where: isCommand) }

    fileprivate static func escaped(_ text: String, where isUnwanted: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isUnwanted) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isUnwanted(scalar) else {
                result.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += ("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).unicodeScalars
        }
        return String(result)
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// For a line of a report: no value of a row begins another one.
    var onOneLine: String { Terminal.escaped(self) { $0 == "\n" || $0 == "\r" } }
}
