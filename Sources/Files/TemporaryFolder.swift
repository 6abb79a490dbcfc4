import Glibc

/// A folder of our own, that only we can look into, for as long as a command runs.
package struct TemporaryFolder: Sendable {
    package let path: String

    package init(prefix: String) throws(FileError) {
        var name = Array("\(Environment.value(of: "TMPDIR") ?? "/tmp")/\(prefix)XXXXXX".utf8CString)
        let isMade = unsafe mkdtemp(&name) != nil
        let code = errno
        path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard isMade else { throw FileError.system(path: path, call: "mkdtemp", code: code) }
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Removes it and the files in it. Folders in it stay, and then so does it.
    package func remove() {
        for name in names() { unsafe unlink(file(name)) }
        unsafe rmdir(path)
    }

    private func names() -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                    unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }
    }
}
