import Files
import Glibc
import Testing

@Suite struct FilesTests {
    private let path = "/tmp/segue-files-\(getpid())-\(UInt64.random(in: 0 ... .max))"

    @Test func `what was written is read back`() throws {
        defer { unsafe unlink(path) }
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Files.create(path, bytes, mode: 0o600)
        #expect(try Files.read(path, bytesMax: 200_000) == bytes)
        #expect(throws: FileError.tooLarge(path: path, bytesMax: 199_999)) { try Files.read(path, bytesMax: 199_999) }
    }

    @Test func `a file that exists is not overwritten`() throws {
        defer { unsafe unlink(path) }
        try Files.create(path, [1])
        #expect(throws: FileError.system(path: path, call: "open", code: EEXIST)) { try Files.create(path, [2]) }
        #expect(try Files.read(path, bytesMax: 1) == [1])
    }

    @Test func `a file that is missing is named in the error`() {
        let error = #expect(throws: FileError.self) { try Files.read(path, bytesMax: 1) }
        #expect(error?.description == "\(path): No such file or directory")
    }

    @Test func `a folder is no file`() { #expect(throws: FileError.self) { try Files.read("/tmp", bytesMax: 1) } }
}
