import Glibc

/// A real PostgreSQL server in a temporary folder, on a Unix socket and a loopback port. A shell of its own starts it,
/// and ends it and removes the folder when the pipe to us closes: however the tests end, nothing stays behind.
package final class PostgresServer: Sendable {
    /// One for the whole test run; tests take databases of their own from it.
    package static let shared = PostgresServer()

    package let port: UInt16
    private let keeper: Child

    package init() {
        port = Self.freePort()
        keeper = Child(["/bin/sh", "-c", Self.script, "segue-postgres", String(port), Self.programs])
        precondition(keeper.readLine() == "ready", "PostgreSQL did not start: is postgresql-15 installed?")
    }

    package func url(database: String) -> String { "postgresql://segue@127.0.0.1:\(port)/\(database)" }

    /// Makes an empty database and returns its connection string.
    package func database() -> String {
        let name = "t\(UInt64.random(in: 0...UInt64.max))"
        run("CREATE DATABASE \(name)")
        return url(database: name)
    }

    /// Runs SQL with psql, apart from the code under test, and returns the rows: `|` between columns. A statement that waits for
    /// a lock in vain fails.
    @discardableResult
    package func run(_ sql: String, in url: String? = nil) -> [String] {
        let psql = Child(
            ["env", "PGOPTIONS=-c statement_timeout=60s", "\(Self.programs)/psql", "-XqAt", "-v", "ON_ERROR_STOP=1"]
                + [url ?? self.url(database: "postgres"), "-c", sql])
        let lines = psql.readToEnd()
        precondition(psql.wait() == 0, "psql failed: \(sql)")
        return lines
    }

    /// Stops the server as a crash would; its connections break.
    package func stop() { command("stop") }
    package func start() { command("start") }

    private func command(_ name: String) {
        keeper.writeLine(name)
        precondition(keeper.readLine() == "done", "PostgreSQL did not \(name)")
    }

    private static func freePort() -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(unsafe bind(descriptor, generic, size) == 0)
                unsafe getsockname(descriptor, generic, &size)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Debian keeps the server's programs away from PATH, and a wrapper in Perl there costs more than what psql does for us.
    private static let programs = "/usr/lib/postgresql/15/bin"

    // initdb and postgres refuse root: then they run as the user that Debian's package made.
    private static let script = """
        set -e
        bin=$2
        folder=$(mktemp -d /tmp/segue-postgres-XXXXXX)
        as=
        if [ "$(id -u)" = 0 ]; then
            chown postgres: "$folder"
            as="setpriv --reuid=postgres --regid=postgres --init-groups"
        fi
        cd "$folder"
        stop() { $as $bin/pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; }
        start() { $as $bin/pg_ctl -D "$folder/data" -l "$folder/log" -w start >/dev/null 2>&1 </dev/null; }
        trap 'stop; rm -rf "$folder"' EXIT
        trap 'exit 1' INT TERM HUP
        $as $bin/initdb -D "$folder/data" -U segue -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
        cat >>"$folder/data/postgresql.conf" <<-CONF
        listen_addresses = '127.0.0.1'
        port = $1
        unix_socket_directories = '$folder'
        max_connections = 500
        fsync = off
        full_page_writes = off
        synchronous_commit = off
        CONF
        start
        echo ready
        while read -r command; do "$command"; echo done; done
        """
}
