import Authentication
import GatewayTesting
import HTTP
import Identity
import JSON
import Settings
import Testing

@testable import Gateway

@Suite struct AccessLogTests {
    private let file: LogFile
    private var log: AccessLog

    init() throws {
        file = try LogFile()
        log = AccessLog(thread: file.thread)
    }

    /// The line of one request, as whoever reads the log takes it.
    private mutating func line(_ head: RequestHead, _ account: Account = Account(), route: String? = nil) throws -> JSONValue {
        log.write(
            account, head: head, client: Array("127.0.0.1".utf8), routeName: route, wall: 1_767_225_600_007,
            nowNanoseconds: account.startedNanoseconds + 1_234_567, originMilliseconds: account.originMilliseconds)
        log.flush()
        let lines = file.take().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.last == "")
        return try JSONValue(parsing: Array(lines[0].utf8))
    }

    @Test mutating func `every byte that a client can send stays within its string`() throws {
        let head = RequestHead()
        head.section.bytes = Array(UInt8.min...UInt8.max)
        (head.path, head.authority) = (0..<256, 0..<256)
        head.method = .extension("\"\\\n\u{7F}é")
        let line = try line(head, route: "a \"route\"\n")
        let all = String(String.UnicodeScalarView((0...255).map { Unicode.Scalar(UInt8($0)) }))
        #expect(line["path"]?.string?.unicodeScalars.elementsEqual(all.unicodeScalars) == true)
        #expect(line["host"] == line["path"])
        #expect(line["route"]?.string == "a \"route\"\n")
        #expect(line["method"]?.string?.hasPrefix("\"\\\n\u{7F}") == true)
        #expect(line.object?.map(\.name).first == "ts")
    }

    @Test mutating func `a user's id is text, whatever the users table holds`() throws {
        let account = Account()
        account.caller = Caller(
            DirectoryUser("1\",\"user\":\"2", email: nil), method: .legacy("a \"kind\""), fields: IdentityFields())
        let line = try line(RequestHead(text: "GET /x\nHost: a"), account)
        #expect(line["user"]?.string == "1\",\"user\":\"2")
        #expect(line["auth.kind"]?.string == "legacy:a \"kind\"")
    }

    @Test mutating func `the query is left out, because old systems put credentials there`() throws {
        let line = try line(RequestHead(text: "GET /x?token=hunter2\nHost: a"))
        #expect(line["path"]?.string == "/x")
        #expect(line.object?.contains { $0.value.string?.contains("hunter2") == true } == false)
    }

    @Test mutating func `times are what they are called`() throws {
        let account = Account()
        (account.startedNanoseconds, account.originMilliseconds) = (5_000_000, 12)
        let line = try line(RequestHead(text: "GET /x\nHost: a"), account)
        #expect(line["ts"]?.string == "2026-01-01T00:00:00.007Z")
        #expect(line["duration_us"]?.int64 == 1234)
        #expect(line["origin_ms"]?.int64 == 12)
    }
}
