import Glibc

/// A path for a database that does not exist yet, removed with SQLite's side files afterwards.
func withTemporaryFile(_ body: (String) throws -> Void) throws {
    let path = "/tmp/segue-sqlite-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    defer { for suffix in ["", "-wal", "-shm"] { unsafe unlink(path + suffix) } }
    try body(path)
}
