import Files
import Glibc
import Testing

@Suite struct TemporaryFolderTests {
    @Test func `it is ours alone, and goes with the files in it`() throws {
        let folder = try TemporaryFolder(prefix: "segue-folder-")
        var status = stat()
        #expect(unsafe stat(folder.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        try Files.create(folder.file("one"), [1])
        try Files.create(folder.file(".two"), [2])
        folder.remove()
        #expect(unsafe stat(folder.path, &status) != 0)
    }

    @Test func `each is another one`() throws {
        let folders = try (0..<10).map { _ in try TemporaryFolder(prefix: "segue-folder-") }
        #expect(Set(folders.map(\.path)).count == 10)
        for folder in folders { folder.remove() }
    }

    @Test func `a folder in it stays, and so does it`() throws {
        let folder = try TemporaryFolder(prefix: "segue-folder-")
        try #require(unsafe mkdir(folder.file("inner"), 0o700) == 0)
        folder.remove()
        var status = stat()
        #expect(unsafe stat(folder.file("inner"), &status) == 0)
        unsafe rmdir(folder.file("inner"))
        folder.remove()
        #expect(unsafe stat(folder.path, &status) != 0)
    }
}
