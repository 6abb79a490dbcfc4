import Fetch
import HTTP
import Migration
import Testing

@testable import ClerkAPI

@Suite struct DeleteReplyTests {
    private func reply(_ status: UInt16, _ content: String = "", retryAfter: String? = nil) -> DeleteReply {
        let fields = retryAfter.map { [(name: "Retry-After", value: $0)] } ?? []
        return DeleteReply(FetchResponse(status: Status(status), fields: fields, content: Array(content.utf8)))
    }

    private static let notFound = #"{"errors":[{"code":"resource_not_found"}]}"#

    @Test func `who is not there is as good as deleted, where Clerk says so`() {
        #expect(reply(200, "{}") == .deleted && reply(404, Self.notFound) == .deleted)
    }

    @Test func `a limit says how long`() {
        #expect(reply(429, retryAfter: "7") == .limited(retryAfterSeconds: 7))
        #expect(reply(429) == .limited(retryAfterSeconds: Limits.retryAfterSeconds))
        #expect(reply(429, retryAfter: "1000000") == .limited(retryAfterSeconds: Limits.retryAfterSecondsMax))
    }

    @Test(arguments: [UInt16(408), 409, 425, 500, 503, 599]) func `what may be otherwise in a moment is unclear`(status: UInt16) {
        #expect(reply(status) == .unclear("status \(status)"))
    }

    @Test(
        arguments: [(401, ""), (403, ""), (404, "<html>"), (404, "{}"), (302, ""), (422, Self.notFound), (204, "")]
            as [(UInt16, String)])
    func `a refused key, and an answer that is not Clerk's, end it`(status: UInt16, content: String) {
        guard case .hopeless(let words) = reply(status, content) else {
            Issue.record("\(status) is \(reply(status, content))")
            return
        }
        #expect(words.contains("status \(status)"))
    }
}
