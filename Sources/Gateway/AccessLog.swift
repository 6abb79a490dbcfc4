import Authentication
import HTTP
import HTTP1
import Identity
import Logging
import Settings
import Telemetry

/// One worker's lines for the access log. They are collected while the worker is busy and handed to the log thread in
/// one piece when it has nothing else to do, or when there are many.
struct AccessLog {
    private let thread: LogThread
    private var lines: [UInt8] = []
    private var clockSecond: Int64 = -1
    private var clockPrefix: [UInt8] = []

    init(thread: LogThread) { self.thread = thread }

    /// Hands over what has been collected.
    mutating func flush() {
        guard !lines.isEmpty else { return }
        var batch: [UInt8] = []
        swap(&batch, &lines)
        lines.reserveCapacity(FixedLimits.logBatchBytes + 1024)
        thread.write(batch)
    }

    /// Writes one request's line. Names follow the fields of the design: `route`, `mode`, `auth.kind`, `auth.reason`; the
    /// query is left out because old systems put credentials there.
    mutating func write(
        _ account: Account, head: RequestHead, client: [UInt8], routeName: String?, wall: Int64, nowNanoseconds: Int64,
        originMilliseconds: Int64?
    ) {
        lines.append(copying: "{\"ts\":\"")
        appendTime(wall)
        lines.append(copying: "\",\"level\":\"info\",\"msg\":\"request\",\"request_id\":\"")
        lines += account.requestID
        lines.append(copying: "\",\"client\":\"")
        lines += client
        lines.append(copying: "\",\"method\":")
        appendText(head.method.name)
        lines.append(copying: ",\"host\":")
        appendQuoted(head.section.bytes, head.authority)
        lines.append(copying: ",\"path\":")
        if account.path.isEmpty {
            appendQuoted(head.section.bytes, head.path)
        } else {
            let path = account.path
            appendJSONString(path.span, to: &lines)
        }
        lines.append(copying: ",\"status\":")
        lines.appendDecimal(UInt64(account.status.code))
        if let routeName {
            lines.append(copying: ",\"route\":")
            appendText(routeName)
        }
        if let mode = account.route?.mode {
            lines.append(copying: ",\"mode\":\"")
            lines.append(contentsOf: mode.rawValue.utf8)
            lines.append(UInt8(ascii: "\""))
        }
        if let canary = account.canary {
            lines.append(copying: ",\"canary\":\"")
            lines.append(contentsOf: canary.mode.rawValue.utf8)
            lines.append(UInt8(ascii: "\""))
        }
        appendAuthentication(account)
        if let refusal = account.refusal { appendRefusal(refusal) }
        if let webhook = account.webhook { appendWebhook(webhook) }
        if account.isTruncated { lines.append(copying: ",\"truncated\":true") }
        lines.append(copying: ",\"bytes_in\":")
        lines.appendDecimal(UInt64(account.bytesIn))
        lines.append(copying: ",\"bytes_out\":")
        lines.appendDecimal(UInt64(account.bytesOut))
        lines.append(copying: ",\"duration_us\":")
        lines.appendDecimal(UInt64(max(0, (nowNanoseconds - account.startedNanoseconds) / 1000)))
        if let originMilliseconds {
            lines.append(copying: ",\"origin_ms\":")
            lines.appendDecimal(UInt64(max(0, originMilliseconds)))
        }
        lines.append(copying: "}\n")
        if lines.count >= FixedLimits.logBatchBytes { flush() }
    }

    private mutating func appendAuthentication(_ account: Account) {
        if let caller = account.caller {
            lines.append(copying: ",\"user\":")
            appendText(caller.user.text)
        }
        if let kind = account.caller?.method.text ?? account.standings?.kind {
            lines.append(copying: ",\"auth.kind\":")
            appendText(kind)
        }
        if account.isContradicted { lines.append(copying: ",\"auth.reason\":\"asserted_id_contradicted\"") }
        guard let standings = account.standings else { return }
        lines.append(copying: ",\"auth.clerk\":\"")
        lines.append(contentsOf: "\(standings.clerk)".utf8)
        lines.append(copying: "\",\"auth.legacy\":\"")
        lines.append(contentsOf: "\(standings.legacy)".utf8)
        lines.append(UInt8(ascii: "\""))
    }

    private mutating func appendRefusal(_ refusal: Refusal) {
        lines.append(copying: ",\"code\":\"")
        lines.append(contentsOf: refusal.code.description.utf8)
        lines.append(UInt8(ascii: "\""))
        guard let reason = refusal.reason else { return }
        lines.append(copying: ",\"reason\":")
        appendText(reason)
    }

    private mutating func appendWebhook(_ webhook: Account.Webhook) {
        lines.append(copying: ",\"webhook.id\":")
        appendText(webhook.id)
        lines.append(copying: ",\"webhook.type\":")
        appendText(webhook.type)
        for (name, value) in [("outcome", webhook.outcome), ("reason", webhook.reason)] {
            guard let value else { continue }
            lines.append(contentsOf: ",\"webhook.\(name)\":".utf8)
            appendText(value)
        }
    }

    private mutating func appendTime(_ wall: Int64) {
        let second = wall / 1000
        if second != clockSecond {
            clockSecond = second
            clockPrefix = Array(CalendarTime(UnixTime(seconds: second)).rfc3339.utf8)
        }
        lines += clockPrefix
        let millisecond = wall % 1000
        lines.append(UInt8(ascii: "."))
        lines.append(48 + UInt8(millisecond / 100))
        lines.append(48 + UInt8(millisecond / 10 % 10))
        lines.append(48 + UInt8(millisecond % 10))
        lines.append(UInt8(ascii: "Z"))
    }

    private mutating func appendText(_ text: String) { appendJSONString(text.utf8.span, to: &lines) }
    private mutating func appendQuoted(_ bytes: [UInt8], _ range: Range<Int>) {
        appendJSONString(bytes.span.extracting(range), to: &lines)
    }
}

/// Appends a JSON string. Bytes outside ASCII are written as `\u00XX`: a log line is valid JSON whatever a client sent.
private func appendJSONString(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for index in bytes.indices {
        let byte = bytes[index]
        if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            output.append(byte)
        } else {
            output.append(copying: "\\u00")
            let digits = byte >> 4
            output.append(digits < 10 ? 48 + digits : 87 + digits)
            let low = byte & 15
            output.append(low < 10 ? 48 + low : 87 + low)
        }
    }
    output.append(UInt8(ascii: "\""))
}
