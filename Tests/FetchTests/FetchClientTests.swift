import Fetch
import HTTP
import Snapshot
import Sockets
import Telemetry
import Testing

@Suite struct FetchClientTests {
    private let engine = FetchEngine()
    private var client: FetchClient { FetchClient(engine: engine) }

    init() { engine.start() }

    private func request(_ server: ScriptedServer, _ path: String = "/", timeout: Int = 5_000, bytesMax: Int = 1_000)
        -> FetchRequest
    {
        FetchRequest(.get, "http://127.0.0.1:\(server.port)\(path)", timeoutMilliseconds: timeout, responseBytesMax: bytesMax)
    }

    private func failure(_ request: FetchRequest, _ client: FetchClient? = nil) async -> FetchError? {
        do throws(FetchError) {
            _ = try await (client ?? self.client).send(request)
            return nil
        } catch { return error }
    }

    @Test func `status, fields and content arrive`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 404 Nope\r\nRetry-After:  7 \r\nContent-Length: 3\r\n\r\nabc")
        let response = try await client.send(request(server, "/x/../y?q=1"))
        #expect(response.status == .notFound)
        #expect(response.field("retry-after") == "7")
        #expect(response.retryAfterSeconds == 7)
        #expect(response.content == Array("abc".utf8))
        #expect(server.received.first?.hasPrefix("GET /x/../y?q=1 HTTP/1.1\r\n") == true)
    }

    @Test(arguments: [Method.post, .put, .patch, .delete])
    func `content is sent as it is, with any method`(method: Method) async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 204 No Content\r\n\r\n")
        var request = request(server)
        request.method = method
        request.content = Array(#"{"a":1}"#.utf8)
        request.fields = [.init("Content-Type", "application/json"), .bearer(Secret("sk_test_1")), .init("X-Empty", "")]
        #expect(try await client.send(request).status == .noContent)
        let received = try #require(server.received.first)
        #expect(received.hasPrefix("\(method.name) / HTTP/1.1\r\n"))
        #expect(received.hasSuffix("\r\n\r\n{\"a\":1}"))
        #expect(received.contains("Authorization: Bearer sk_test_1\r\n"))
        #expect(received.contains("Content-Type: application/json\r\n"))
        #expect(received.contains("X-Empty:\r\n"))
        #expect(!received.contains("Expect:"))
    }

    @Test(arguments: [(nil, "segue"), ("other/1", "other/1")] as [(String?, String)])
    func `the user agent is said once`(given: String?, expected: String) async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 204 No Content\r\n\r\n")
        var request = request(server)
        if let given { request.fields = [FetchRequest.Field("User-Agent", given)] }
        _ = try await client.send(request)
        let lines = server.received.first?.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("user-agent:") }
        #expect(lines == ["User-Agent: \(expected)"])
    }

    @Test func `a POST without content says so`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        var request = request(server)
        request.method = .post
        _ = try await client.send(request)
        #expect(server.received.first?.contains("Content-Length: 0\r\n") == true)
        #expect(server.received.first?.contains("Content-Type") == false)
    }

    @Test func `a redirect is an answer, not an order`() async throws {
        let other = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\r\n")
        let server = ScriptedServer(
            answering: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n")
        #expect(try await client.send(request(server)).status == Status(302))
        #expect(other.received.isEmpty)
    }

    @Test(arguments: ["Content-Length: 1001\r\n", "", "Transfer-Encoding: chunked\r\n"])
    func `content above the limit is refused, however it is framed`(framing: String) async {
        let content = String(repeating: "x", count: 1_001)
        let framed = framing.hasPrefix("T") ? "3e9\r\n\(content)\r\n0\r\n\r\n" : content
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\(framing)\r\n\(framed)")
        #expect(await failure(request(server)) == .tooLarge(bytesMax: 1_000))
    }

    @Test func `content at the limit is taken`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1_000))
        #expect(try await client.send(request(server)).content.count == 1_000)
    }

    @Test func `endless fields are refused`() async {
        let fields = String(repeating: "X-Long: \(String(repeating: "y", count: 1_000))\r\n", count: 70)
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\(fields)\r\n")
        #expect(await failure(request(server)) == .tooLarge(bytesMax: 1_000))
    }

    @Test func `a silent server is a timeout, not a wait without end`() async {
        let server = ScriptedServer { _ in .silence }
        #expect(await failure(request(server, timeout: 200)) == .timeout(milliseconds: 200))
    }

    @Test func `a cut answer is an error, not a short answer`() async {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        guard case .broken = await failure(request(server)) else { Issue.record("taken"); return }
    }

    @Test(arguments: ["hello\r\n\r\n", "", "HTTP/1.1 abc\r\n\r\n"])
    func `garbage is an error`(bytes: String) async {
        guard case .broken = await failure(request(ScriptedServer(answering: bytes))) else { Issue.record("taken"); return }
    }

    @Test func `nobody listening is a connect error that names the port and not the query`() async throws {
        let server = ScriptedServer(answering: "")
        server.stop()
        let error = try #require(await failure(request(server, "/?token=SECRET", timeout: 2_000)))
        guard case .connect(let message) = error else { Issue.record("\(error)"); return }
        #expect(message.contains("\(server.port)"))
        #expect(!"\(error)".contains("SECRET"))
    }

    @Test func `TLS to a server that has none is a TLS error`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\r\n")
        var request = request(server)
        request.url = "https://127.0.0.1:\(server.port)/"
        guard case .tls = await failure(request) else { Issue.record("taken"); return }
    }

    @Test func `a name that does not exist is a resolve error`() async throws {
        let request = FetchRequest(.get, "http://no-such-host.invalid/", timeoutMilliseconds: 5_000, responseBytesMax: 10)
        switch await failure(request) {
        case .resolve, .timeout, .connect: break  // The last where a proxy of the environment cannot be reached.
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://user:pass@127.0.0.1:1/", "", "http://",
    ])
    func `other schemes, users in the URL and no URL at all are refused`(url: String) async {
        let request = FetchRequest(.get, url, timeoutMilliseconds: 1_000, responseBytesMax: 10)
        guard case .invalidURL(let message) = await failure(request) else { Issue.record("taken"); return }
        #expect(!message.contains("pass"))
    }

    @Test(arguments: [("X-A", "1\r\nX-B: 2"), ("X-A", "1\n"), ("X-A", "\0"), ("X A", "1"), ("", "1"), ("X:", "1"), ("X\r\nY", "1")])
    func `a field that would end its line is never sent`(name: String, value: String) async {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\r\n")
        var request = request(server)
        request.fields = [.init(name, value)]
        guard case .invalidField = await failure(request) else { Issue.record("sent"); return }
        #expect(server.received.isEmpty)
    }

    @Test func `what does not fit the queue fails at once, and what waits too long fails in time`() async {
        let server = ScriptedServer { _ in .silence }
        let narrow = FetchClient(engine: engine, transfersMax: 1, waitingMax: 1)
        let request = request(server, timeout: 300)
        async let first = failure(request, narrow)
        async let second = failure(request, narrow)
        async let third = failure(request, narrow)
        let failures = await [first, second, third]
        #expect(failures.count { $0 == .overloaded(waitingMax: 1) } == 1)
        #expect(failures.count { $0 == .timeout(milliseconds: 300) } == 2)
    }

    @Test func `a place that becomes free goes to the one that waits`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let narrow = FetchClient(engine: engine, transfersMax: 2)
        let request = request(server)
        try await withThrowingTaskGroup(of: Status.self) { group in
            for _ in 0..<50 { group.addTask { try await narrow.send(request).status } }
            for try await status in group { #expect(status == .ok) }
        }
        #expect(server.received.count == 50)
    }

    @Test func `a task on a loop gets its answers on that loop`() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let loop = try Loop(name: "test")
        loop.start()
        let (client, request) = (client, request(server))
        let isSameLoop = await withCheckedContinuation { continuation in
            loop.spawn {
                let status = try? await client.send(request).status
                continuation.resume(returning: status == .ok && Loop.current === loop)
            }
        }
        #expect(isSameLoop)
        loop.stop()
    }

    @Test func `a stopped engine ends what is under way and refuses what comes`() async {
        let server = ScriptedServer { _ in .silence }
        let engine = FetchEngine()
        engine.start()
        let client = FetchClient(engine: engine, transfersMax: 1)
        let request = request(server, timeout: 30_000)
        async let running = failure(request, client)
        for _ in 0..<6_000 where server.received.isEmpty { try? await Task.sleep(for: .milliseconds(10)) }
        #expect(!server.received.isEmpty)
        engine.stop()
        #expect(await running == .stopped)
        #expect(await failure(request, client) == .stopped)
    }

    @Test func `timers run in the order of their time`() async {
        let order = Guarded<[Int]>([])
        await withCheckedContinuation { continuation in
            engine.schedule(afterMilliseconds: 60) {
                order.withLock { $0.append(3) }
                continuation.resume()
            }
            engine.schedule(afterMilliseconds: 5) { order.withLock { $0.append(1) } }
            engine.schedule(afterMilliseconds: 30) { order.withLock { $0.append(2) } }
        }
        #expect(order.withLock { $0 } == [1, 2, 3])
    }

    @Test func `a request cannot be printed with its secrets`() {
        let request = FetchRequest(
            .get, "http://127.0.0.1/", fields: [.bearer(Secret("hidden"))], timeoutMilliseconds: 1, responseBytesMax: 1)
        #expect(!"\(request)".contains("hidden"))
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!dumped.contains("hidden"))
    }
}
