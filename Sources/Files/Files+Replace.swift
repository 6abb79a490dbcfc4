import Glibc

extension Files {
    /// Replaces the content of a file so that a reader sees the old or the new one, whole, whatever happens meanwhile: a new
    /// file beside it with the same permissions, on disk before it takes the name. A symbolic link stays one.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let real = try realPath(path)
        var status = stat()
        guard unsafe stat(real, &status) == 0 else { throw FileError.system(path: path, call: "stat", code: errno) }
        let temporary = "\(real).\(getpid()).new"
        do {
            try create(temporary, bytes, mode: UInt32(status.st_mode & 0o7777))
            try setPermissions(temporary, like: status)
            try move(temporary, to: real)
        } catch {
            unsafe unlink(temporary)
            throw error
        }
    }

    private static func realPath(_ path: String) throws(FileError) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw FileError.system(path: path, call: "realpath", code: errno) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// `open` has taken the umask off. The owner can be kept by root only, and is then.
    private static func setPermissions(_ path: String, like status: stat) throws(FileError) {
        if unsafe chown(path, status.st_uid, status.st_gid) != 0, geteuid() == 0 {
            throw FileError.system(path: path, call: "chown", code: errno)
        }
        guard unsafe chmod(path, status.st_mode & 0o7777) == 0 else {
            throw FileError.system(path: path, call: "chmod", code: errno)
        }
    }

    /// Gives a file another name, which is on disk with all that is in it before this returns. What had that name is replaced.
    package static func move(_ file: String, to path: String) throws(FileError) {
        try synchronize(file, O_RDONLY)
        guard unsafe rename(file, path) == 0 else { throw FileError.system(path: path, call: "rename", code: errno) }
        // The new name is on disk when its folder is.
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        try synchronize(folder, O_RDONLY | O_DIRECTORY)
    }

    private static func synchronize(_ path: String, _ flags: Int32) throws(FileError) {
        let descriptor = unsafe open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.system(path: path, call: "open", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError.system(path: path, call: "fsync", code: errno) }
    }
}
