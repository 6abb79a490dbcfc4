import Glibc

/// Why a file or a standard stream could not be used.
package enum FileError: Error, Hashable, Sendable {
    case system(path: String, call: String, code: Int32)
    case tooLarge(path: String, bytesMax: Int)
}

extension FileError: CustomStringConvertible {
    /// Nobody reads any more.
    package var isBrokenPipe: Bool {
        if case .system(_, _, EPIPE) = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .system(let path, _, let code): unsafe "\(path): \(String(cString: strerror(code)))"
        case .tooLarge(let path, let bytesMax): "\(path): larger than \(bytesMax) bytes"
        }
    }
}

/// Whole files, blocking: for settings and for commands, never on the path of a request.
package enum Files {
    package static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        try withDescriptor(path, O_RDONLY | O_CLOEXEC, mode: 0) { descriptor throws(FileError) in
            try readAll(descriptor, path: path, bytesMax: bytesMax)
        }
    }

    /// The same, piece by piece, for what need not fit into memory.
    package static func read(_ path: String, pieces bytes: Int, _ body: ([UInt8]) -> Void) throws(FileError) {
        try withDescriptor(path, O_RDONLY | O_CLOEXEC, mode: 0) { descriptor throws(FileError) in
            var piece = [UInt8](repeating: 0, count: bytes)
            while true {
                let count = unsafe Glibc.read(descriptor, &piece, bytes)
                guard count >= 0 else { throw FileError.system(path: path, call: "read", code: errno) }
                if count == 0 { return }
                body(Array(piece[..<count]))
            }
        }
    }

    /// Nothing happens when there is no such file.
    package static func remove(_ path: String) { unsafe unlink(path) }

    package static func readStandardInput(bytesMax: Int) throws(FileError) -> [UInt8] {
        try readAll(STDIN_FILENO, path: "standard input", bytesMax: bytesMax)
    }

    /// Makes a file that must not be there yet; `mode` 0o600 for what is secret.
    package static func create(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(FileError) {
        try withDescriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode) { descriptor throws(FileError) in
            try writeAll(descriptor, path: path, bytes)
        }
    }

    /// Whether something has that name, a link that leads nowhere included.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Data goes to standard output.
    package static func writeOutput(_ text: String) throws(FileError) {
        try writeAll(STDOUT_FILENO, path: "standard output", Array(text.utf8))
    }

    /// Talk goes to standard error. There is nobody left to tell when that fails.
    package static func writeError(_ text: String) {
        try? writeAll(STDERR_FILENO, path: "standard error", Array(text.utf8))
    }
}

extension Files {
    private static func withDescriptor<Result>(
        _ path: String, _ flags: Int32, mode: UInt32, _ body: (Int32) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let descriptor = unsafe open(path, flags, mode_t(mode))
        guard descriptor >= 0 else { throw FileError.system(path: path, call: "open", code: errno) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    static func readAll(_ descriptor: Int32, path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError.system(path: path, call: "read", code: errno)
            }
            guard bytes.count + count <= bytesMax else { throw FileError.tooLarge(path: path, bytesMax: bytesMax) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    static func writeAll(_ descriptor: Int32, path: String, _ bytes: [UInt8]) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError.system(path: path, call: "write", code: errno)
            }
            written += count
        }
    }
}
