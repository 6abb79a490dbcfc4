import JSON
import Logging
import Telemetry
import Testing

@Suite struct LoggerTests {
    private static let levels: [LogLevel] = [.error, .warn, .info, .debug]
    private let sink: Sink
    private let thread: LogThread

    init() throws {
        sink = try Sink()
        thread = LogThread(descriptor: sink.writer)
    }

    private func logger(_ level: LogLevel = .debug) -> Logger {
        Logger(thread, level: level) { UnixTime(milliseconds: 1_767_225_600_123) }
    }

    @Test func `a message is one line of JSON: when, how much it matters, what, and about what`() {
        logger().log(.warn, "the database is away", ["reason": "refused", "seconds": "5"])
        let line =
            #"{"ts":"2026-01-01T00:00:00.123Z","level":"warn","msg":"the database is away","reason":"refused","seconds":"5"}"#
        #expect(sink.lines(1) == [line])
    }

    @Test(arguments: levels, levels) func `what matters less than the level is not written`(_ level: LogLevel, _ message: LogLevel)
    {
        logger(level).log(message, "maybe")
        logger(.error).log(.error, "in any case")
        let isWritten = message <= level
        let lines = sink.lines(isWritten ? 2 : 1)
        #expect(lines.first?.contains("maybe") == isWritten)
    }

    @Test func `the level can change while the process runs`() {
        let logger = logger(.warn)
        logger.log(.info, "too early")
        logger.follow(.info)
        logger.log(.info, "in time")
        logger.follow(.error)
        logger.log(.warn, "too late")
        logger.log(.error, "in any case")
        #expect(sink.lines(2).map { $0.contains("in time") || $0.contains("in any case") } == [true, true])
    }

    @Test(arguments: [
        "two\nlines", "\r\n", "a \"quote\"", "back\\slash", "\u{0}\u{1}\u{1B}[31m\u{7F}", "\",\"level\":\"error",
        "\u{2028}\u{2029}",
        "é\u{301}漢字🙂", "\u{202E}", String(repeating: "\"", count: 10_000), "",
        String(decoding: [0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0x41] as [UInt8], as: UTF8.self),
    ])
    func `hostile text stays within its string`(_ text: String) throws {
        logger().log(.info, text, ["given": text, "last": "x"])
        let value = try JSONValue(parsing: Array(sink.lines(1)[0].utf8))
        #expect(value.object?.map(\.name) == ["ts", "level", "msg", "given", "last"])
        #expect(value["msg"]?.string == text)
        #expect(value["given"]?.string == text)
        #expect(value["level"]?.string == "info")
    }

    @Test func `a secret cannot get in, on its own or within something else`() {
        struct Session {
            let user: String
            let token: Secret?
        }
        let secret = Secret("hunter2-hunter2")
        logger().log(.error, "refused \(secret)", ["token": "\(secret)", "session": "\(Session(user: "ada", token: secret))"])
        let line = sink.lines(1)[0]
        #expect(!line.contains("hunter2"))
        #expect(line.contains(#""token":"[redacted]""#))
    }
}
