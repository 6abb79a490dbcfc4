import Glibc

/// A small file that only its owner may read or write: mode 0600, replaced whole or not at all.
package struct PrivateFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    package enum Failure: Error, Hashable, Sendable {
        case absent
        /// Not a regular file of ours with mode 0600: somebody else may have written it.
        case notPrivate
        case system(String)
    }

    package func read(bytesMax: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw errno == ENOENT ? .absent : errno == ELOOP ? .notPrivate : .lastError("open") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .lastError("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o7777 == 0o600, status.st_uid == geteuid() else {
            throw .notPrivate
        }
        do throws(FileError) {
            return try Files.readAll(descriptor, path: path, bytesMax: bytesMax)
        } catch {
            throw .system("\(error)")
        }
    }

    /// Writes beside the file and renames over it, so that a crash leaves the old content or the new one.
    package func write(_ content: [UInt8]) throws(Failure) {
        let temporary = "\(path).\(getpid())"
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .lastError("open") }
        let isWritten = (try? Files.writeAll(descriptor, path: path, content)) != nil && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            let failure = Failure.lastError("write")
            unsafe unlink(temporary)
            throw failure
        }
    }
}

extension PrivateFile.Failure {
    fileprivate static func lastError(_ call: String) -> Self { .system("\(call): \(unsafe String(cString: strerror(errno)))") }
}
