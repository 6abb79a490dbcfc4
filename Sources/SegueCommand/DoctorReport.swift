internal import JSON
internal import Setup

/// The findings as a person, or a program, reads them.
enum DoctorReport {
    static func text(_ findings: [Finding]) -> String {
        let severities = findings.map(\.severity.rawValue.count).max() ?? 0
        let areas = findings.map(\.area.count).max() ?? 0
        let indentation = String(repeating: " ", count: severities + areas + 4)
        var lines = findings.map { finding in
            let head =
                padded(finding.severity.rawValue, severities) + "  " + padded(finding.area, areas) + "  " + finding.text.onOneLine
            return finding.remedy.map { "\(head)\n\(indentation)→ \($0.onOneLine)" } ?? head
        }
        let counts = [Finding.Severity.error, .unreachable, .warning].map { severity in
            "\(findings.filter { $0.severity == severity }.count) \(severity.plural)"
        }
        lines.append(counts.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func json(_ findings: [Finding]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("ok", !findings.contains { $0.severity == .error || $0.severity == .unreachable })
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("severity", finding.severity.rawValue)
            writer.member("area", finding.area)
            writer.member("code", finding.code)
            writer.member("text", finding.text)
            writer.member("remedy", finding.remedy)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}

extension Finding.Severity {
    fileprivate var plural: String {
        switch self {
        case .ok: "ok"
        case .note: "notes"
        case .warning: "warnings"
        case .error: "errors"
        case .unreachable: "out of reach"
        }
    }
}
