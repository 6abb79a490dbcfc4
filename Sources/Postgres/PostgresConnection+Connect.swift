internal import CPostgreSQL
import Sockets
package import Telemetry

extension PostgresConnection {
    /// Connects without blocking the loop, except for the look-up of a host name, which libpq leaves to the system.
    package static func connect(
        to connectionString: Secret, prepared: Bool, timeoutMilliseconds: Int
    ) async throws(PostgresError) -> PostgresConnection {
        guard let loop = Loop.current else { preconditionFailure("a connection belongs to a loop") }
        let handle = unsafe try start(connectionString)
        unsafe segue_pq_ignore_notices(handle)
        // The look-up of a name has held the loop up, and its clock with it.
        let deadline = Deadline(milliseconds: Clock.monotonicMilliseconds() + Int64(timeoutMilliseconds))
        do throws(PostgresError) {
            var next = PGRES_POLLING_WRITING
            while next != PGRES_POLLING_OK {
                try await unsafe wait(for: next, of: handle, until: deadline, on: loop)
                next = unsafe PQconnectPoll(handle)
                guard next != PGRES_POLLING_FAILED else { throw .unreachable(unsafe lastMessage(of: handle)) }
            }
            guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw .unreachable(unsafe lastMessage(of: handle)) }
        } catch {
            unsafe PQfinish(handle)
            throw error
        }
        return try unsafe PostgresConnection(owning: handle, on: loop, prepared: prepared)
    }

    /// Whether libpq can read a connection string; nothing is connected.
    package static func canRead(_ connectionString: Secret) -> Bool {
        guard let options = unsafe PQconninfoParse(connectionString.exposeText(), nil) else { return false }
        unsafe PQconninfoFree(options)
        return true
    }

    /// What a connection string says, as the variables that libpq's programs read; `nil` when it is none.
    package static func environment(of connectionString: Secret) -> [String: String]? {
        guard let options = unsafe PQconninfoParse(connectionString.exposeText(), nil) else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var variables: [String: String] = [:]
        var option = unsafe options
        while unsafe option.pointee.keyword != nil {
            if let name = unsafe option.pointee.envvar, let value = unsafe option.pointee.val {
                unsafe variables[String(cString: name)] = String(cString: value)
            }
            unsafe option += 1
        }
        return variables
    }

    private static func start(_ connectionString: Secret) throws(PostgresError) -> OpaquePointer {
        guard canRead(connectionString) else { throw .invalidConnectionString }
        let connectionString = connectionString.exposeText()
        // What stands before `dbname` may be overridden by the connection string, what stands after it may not.
        let parameters = [
            ("fallback_application_name", "segue"), ("keepalives_idle", "30"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "10000"), ("dbname", connectionString), ("client_encoding", "UTF8"),
        ]
        let handle = unsafe CStrings(parameters.map(\.0)).withPointers { names in
            unsafe CStrings(parameters.map(\.1)).withPointers { values in unsafe PQconnectStartParams(names, values, 1) }
        }
        guard let handle = unsafe handle else { throw .unreachable("out of memory") }
        guard unsafe PQstatus(handle) != CONNECTION_BAD else {
            defer { unsafe PQfinish(handle) }
            throw .unreachable(unsafe lastMessage(of: handle))
        }
        return unsafe handle
    }

    /// While it connects, libpq closes and opens descriptors as it tries addresses, under numbers that may be the same:
    /// each wait watches anew.
    private static func wait(
        for next: PostgresPollingStatusType, of handle: OpaquePointer, until deadline: Deadline, on loop: Loop
    ) async throws(PostgresError) {
        let readiness: Readiness
        do throws(SystemError) {
            readiness = try Readiness(descriptor: unsafe PQsocket(handle))
        } catch {
            throw .unreachable("\(error)")
        }
        defer { readiness.close() }
        let direction: Readiness.Direction = next == PGRES_POLLING_READING ? .read : .write
        let left = Int(deadline.milliseconds - loop.now)
        guard left > 0, await readiness.wait(for: direction, timeoutMilliseconds: left) != .timeout else {
            throw .unreachable("no connection within the deadline")
        }
    }
}
