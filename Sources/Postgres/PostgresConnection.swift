internal import CPostgreSQL
import Sockets

/// One connection to a PostgreSQL server, non-blocking on the loop of the task that made it, one question at a time:
/// concurrency comes from several connections. After `.lost` and `.timedOut` it is closed and stays so.
@safe package final class PostgresConnection {
    var handle: OpaquePointer?
    let readiness: Readiness
    let loop: Loop
    /// Statements are prepared once per connection and kept by their text. `false` behind a pooler in transaction mode,
    /// where the next statement may reach another server process.
    private let isPreparing: Bool
    private var prepared: [String: String] = [:]

    /// Segue and its settings ask some forty questions; the limit is for texts that somebody generates.
    private static let preparedMax = 256

    /// `handle` is connected, and becomes this object's to finish.
    init(owning handle: OpaquePointer, on loop: Loop, prepared: Bool) throws(PostgresError) {
        unsafe self.handle = handle
        self.loop = loop
        isPreparing = prepared
        do throws(SystemError) {
            readiness = try Readiness(descriptor: unsafe PQsocket(handle))
        } catch {
            unsafe PQfinish(handle)
            throw .unreachable("\(error)")
        }
    }

    deinit { close() }

    /// Set by `hangUp`.
    var isHungUp = false

    package var isOpen: Bool { unsafe handle != nil }

    /// The server process that this connection was told of, for cancellations; a pooler tells of one that does not exist.
    package var promisedProcess: Int32? { unsafe handle.map { unsafe PQbackendPID($0) } }

    package func close() {
        guard let open = unsafe handle else { return }
        readiness.close()
        unsafe PQfinish(open)
        unsafe handle = nil
    }

    // MARK: Asking

    /// One statement with its parameters as text; `$1` is `parameters[0]`.
    @discardableResult
    package func query(
        _ sql: String, _ parameters: [String?] = [], timeoutMilliseconds: Int
    ) async throws(PostgresError) -> PostgresResult {
        guard !parameters.contains(where: { $0?.utf8.contains(0) ?? false }) else { throw .unsendable }
        let deadline = loop.deadline(in: timeoutMilliseconds)
        guard isPreparing else { return try await exchange(.statement(sql, parameters), until: deadline) }
        return try await exchange(.prepared(name: prepare(sql, until: deadline), parameters), until: deadline)
    }

    /// A text of several statements, without parameters; the result is the last one's.
    @discardableResult
    package func script(_ sql: String, timeoutMilliseconds: Int) async throws(PostgresError) -> PostgresResult {
        try await exchange(.script(sql), until: loop.deadline(in: timeoutMilliseconds))
    }

    private func prepare(_ sql: String, until deadline: Deadline) async throws(PostgresError) -> String {
        if let name = prepared[sql] { return name }
        if prepared.count >= Self.preparedMax {
            try await exchange(.script("DEALLOCATE ALL"), until: deadline)
            prepared.removeAll()
        }
        let name = "segue_\(prepared.count)"
        try await exchange(.preparation(name: name, sql), until: deadline)
        prepared[sql] = name
        return name
    }

    private enum Question {
        case statement(String, [String?])
        case preparation(name: String, String)
        case prepared(name: String, [String?])
        case script(String)
    }

    /// Sends, then reads until the server is ready for the next question.
    @discardableResult
    private func exchange(_ question: Question, until deadline: Deadline) async throws(PostgresError) -> PostgresResult {
        guard send(question) else { throw lose() }
        try await flush(until: deadline)
        var outcome = PostgresResult()
        var refusal: PostgresError?
        while let result = unsafe try await nextResult(until: deadline) {
            defer { unsafe PQclear(result) }
            switch unsafe PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: outcome = unsafe PostgresResult(reading: result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw lose("COPY is not a question")
            default: refusal = unsafe refusal ?? Self.error(in: result)
            }
        }
        guard let refusal else { return outcome }
        // A server that shuts down says so and hangs up: what follows would only fail another way.
        if unsafe PQstatus(handle) == CONNECTION_BAD { throw lose() }
        throw refusal
    }

    private func send(_ question: Question) -> Bool {
        guard let handle = unsafe handle else { return false }
        let sent =
            switch question {
            case .script(let sql): unsafe PQsendQuery(handle, sql)
            case .preparation(let name, let sql): unsafe PQsendPrepare(handle, name, sql, 0, nil)
            case .statement(let sql, let parameters):
                unsafe CStrings(parameters).withPointers { values in
                    unsafe PQsendQueryParams(handle, sql, Int32(parameters.count), nil, values, nil, nil, 0)
                }
            case .prepared(let name, let parameters):
                unsafe CStrings(parameters).withPointers { values in
                    unsafe PQsendQueryPrepared(handle, name, Int32(parameters.count), values, nil, nil, 0)
                }
            }
        return sent == 1
    }

    private func flush(until deadline: Deadline) async throws(PostgresError) {
        while true {
            switch unsafe PQflush(handle) {
            case 0: return
            case 1:
                try await wait(for: .either, until: deadline)
                guard unsafe PQconsumeInput(handle) == 1 else { throw lose() }
            default: throw lose()
            }
        }
    }

    @unsafe private func nextResult(until deadline: Deadline) async throws(PostgresError) -> OpaquePointer? {
        while unsafe PQisBusy(handle) == 1 {
            try await wait(for: .read, until: deadline)
            guard unsafe PQconsumeInput(handle) == 1 else { throw lose() }
        }
        return unsafe PQgetResult(handle)
    }

    private func wait(for direction: Readiness.Direction, until deadline: Deadline) async throws(PostgresError) {
        let left = Int(deadline.milliseconds - loop.now)
        guard left > 0, await readiness.wait(for: direction, timeoutMilliseconds: left) != .timeout else {
            cancel()
            close()
            throw .timedOut
        }
    }

    /// Asks the server to drop what it is doing for us. libpq's call blocks, so it gets a thread of its own.
    private func cancel() {
        guard let request = unsafe PQgetCancel(handle) else { return }
        let owned = unsafe CancelRequest(owning: request)
        startThread(name: "segue-cancel") { owned.send() }
    }

    func lose(_ why: String? = nil) -> PostgresError {
        let message = unsafe why ?? (isOpen ? Self.lastMessage(of: handle) : "the connection is closed")
        close()
        return .lost(message)
    }

    // MARK: Messages

    private static func error(in result: OpaquePointer) -> PostgresError {
        guard let state = unsafe segue_pq_sqlstate(result) else {
            return .lost(unsafe trimmed(String(cString: PQresultErrorMessage(result))))
        }
        let sqlstate = unsafe SQLState(String(cString: state))
        if sqlstate == .queryCanceled { return .timedOut }
        return .server(sqlstate: sqlstate, message: unsafe segue_pq_message(result).map { unsafe String(cString: $0) } ?? "")
    }

    static func lastMessage(of handle: OpaquePointer?) -> String { unsafe trimmed(String(cString: PQerrorMessage(handle))) }

    private static func trimmed(_ message: String) -> String {
        String(message.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
}
