import Authentication
import HTTP
import HTTP1
import Identity
import Routing
import Settings

// The request line: the path that was matched, and the query as the route wants it.
extension Rewriter {
    func appendRequestLine(
        _ head: RequestHead, _ section: FieldSection, _ findings: Findings, to output: inout [UInt8]
    ) throws(Refusal) {
        output.append(contentsOf: head.method.name.utf8)
        output.append(UInt8(ascii: " "))
        if findings.path.isEmpty {
            output.append(copying: section.bytes.span.extracting(head.path))
        } else {
            output += findings.path
        }
        try appendQuery(head.query, section, findings, to: &output)
        output.append(copying: " HTTP/1.1\r\n")
    }

    private func appendQuery(
        _ query: Range<Int>?, _ section: FieldSection, _ findings: Findings, to output: inout [UInt8]
    ) throws(Refusal) {
        if let query, let removal = findings.removal, removal.dropsParameters {
            var kept: [UInt8] = []
            removal.appendQuery(query, in: section.bytes, to: &kept)
            if kept.isEmpty { return try appendQuery(nil, findings, to: &output) }
            try appendQuery(kept.span, findings, to: &output)
        } else if let query {
            try appendQuery(section.bytes.span.extracting(query), findings, to: &output)
        } else {
            try appendQuery(nil, findings, to: &output)
        }
    }

    private static let noQuery: [UInt8] = []

    /// `nil`: there is none, which is not the same as an empty one.
    private func appendQuery(_ query: Span<UInt8>?, _ findings: Findings, to output: inout [UInt8]) throws(Refusal) {
        guard !findings.route.query.isEmpty else {
            guard let query else { return }
            output.append(UInt8(ascii: "?"))
            return output.append(copying: query)
        }
        let mark = output.count
        output.append(UInt8(ascii: "?"))
        let values = CallerValues(findings.caller)
        do throws(QueryRefusal) {
            if let query {
                try findings.route.query.rewrite(query, for: values, into: &output)
            } else {
                try findings.route.query.rewrite(Rewriter.noQuery.span, for: values, into: &output)
            }
        } catch {
            throw .query(error)
        }
        if output.count == mark + 1 { output.removeLast() }
    }
}
