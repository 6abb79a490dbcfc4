import Files
import Glibc
import Testing

@Suite("Files+Replace") struct ReplaceTests {
    private let folder = "/tmp/segue-replace-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

    private func inFolder(_ body: () throws -> Void) throws {
        try #require(unsafe mkdir(folder, 0o700) == 0)
        defer { for name in ["link", "file"] { unsafe unlink("\(folder)/\(name)") } }
        defer { unsafe rmdir(folder) }
        try body()
    }

    @Test func `content is replaced, permissions stay, and a link stays a link`() throws {
        try inFolder {
            try Files.create("\(folder)/file", Array("old".utf8), mode: 0o640)
            try #require(unsafe symlink("file", "\(folder)/link") == 0)
            try Files.replace("\(folder)/link", with: Array("new".utf8))
            #expect(try Files.read("\(folder)/file", bytesMax: 10) == Array("new".utf8))
            var status = stat()
            #expect(unsafe lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(unsafe stat("\(folder)/file", &status) == 0 && status.st_mode & 0o777 == 0o640)
            for name in ["link", "file"] { unsafe unlink("\(folder)/\(name)") }
            #expect(unsafe rmdir(folder) == 0, "nothing else is left in the folder")
        }
    }

    @Test func `a file that is not there is not made`() {
        #expect(throws: FileError.self) { try Files.replace("/tmp/segue-no-such-folder/file", with: []) }
    }
}
