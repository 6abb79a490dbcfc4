import HTTP
import Identity
import Settings

extension Refusal {
    /// The content of the answer, in the shape that a route's clients know. Codes and texts are ours and the request id is
    /// checked: nothing in them needs escaping.
    /// - Parameter confirmation: the page that settles `link_needs_confirmation`; a path of the settings, which holds no quote.
    func content(_ profile: Route.ErrorProfile, requestID: String, confirmation: String?) -> [UInt8] {
        var ours = #""code": "\#(code)", "request_id": "\#(requestID)""#
        if case .identity(.link(.needsConfirmation)) = self, let confirmation { ours += #", "confirm": "\#(confirmation)""# }
        let text =
            switch profile {
            case .detail: #"{"detail": "\#(text)", \#(ours)}"#
            case .error: #"{"error": "\#(text)", \#(ours)}"#
            // RFC 9457 §3.1: the type names the kind of problem and the instance this occurrence of it.
            case .problem:
                #"{"type": "urn:segue:problem:\#(code)", "title": "\#(status.reason)", "status": \#(status.code), "detail": "\#(self.text)", "instance": "urn:segue:request:\#(requestID)", \#(ours)}"#
            }
        return Array(text.utf8)
    }
}

/// Whether the client names `application/problem+json` among what it accepts (RFC 9110 §12.5.1). A range such as `*/*` does
/// not: it comes with every browser.
func acceptsProblem(_ section: FieldSection) -> Bool {
    guard section.contains(.accept) else { return false }
    for line in section.lines where line.known == .accept {
        for range in section.string(line.value).lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.first == "application/problem+json" else { continue }
            // A weight of zero, however it is written, means "not this".
            let weight = parts.first { $0.hasPrefix("q=") }?.dropFirst(2)
            return weight.map { $0.contains { $0 != "0" && $0 != "." } } ?? true
        }
    }
    return false
}
