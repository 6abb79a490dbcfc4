import HTTP
import HTTP1
import HTTPServer
import Authentication
import Identity
import Routing
import Settings
import Sockets

extension Conversation {
    /// Holds a request against what its route requires of it, beyond its query.
    /// - Parameter held: its content, where that was read before.
    /// - Returns: the content where it had to be held for that, which then goes on as it was sent.
    func check(
        _ head: RequestHead, _ section: FieldSection, _ path: [UInt8], _ held: [UInt8]?, _ caller: Caller?,
        against requirements: Requirements
    ) async throws(Refusal) -> [UInt8]? {
        let values = CallerValues(caller)
        do throws(RequirementRefusal) {
            try requirements.path.check(path.isEmpty ? section.bytes.span.extracting(head.path) : path.span, for: values)
        } catch { throw .requirement(error) }
        guard !requirements.content.isEmpty else { return held }
        let form: RequiredContent.Form
        do throws(RequirementRefusal) { form = try requirements.content.check(section) } catch { throw .requirement(error) }
        let content = try await hold(head, held, bytesMax: requirements.content.bytesMax)
        do throws(RequirementRefusal) { try requirements.content.check(content.span, form, for: values) } catch {
            throw .requirement(error)
        }
        return content
    }

    private func hold(_ head: RequestHead, _ held: [UInt8]?, bytesMax: Int) async throws(Refusal) -> [UInt8] {
        if let held { return held }
        return try await hold(head, bytesMax: bytesMax, seconds: FixedLimits.heldContentSeconds)
    }

    /// Reads the content whole, within a time: what was found out about the request before must still hold when it goes on.
    func hold(_ head: RequestHead, bytesMax: Int, seconds: Int) async throws(Refusal) -> [UInt8] {
        if case .length(let length) = head.framing, length > bytesMax { throw .contentTooLarge(limit: Int64(bytesMax)) }
        // The origin is not asked before there is something to ask, so that Segue says the 100 (RFC 9110 §10.1.1).
        if head.expectsContinue, head.minorVersion == 1, head.framing != .empty {
            client.wire.output.append(copying: "HTTP/1.1 100 Continue\r\n\r\n")
        }
        do throws(ContentFailure) {
            let content = try await client.readContent(
                bytesMax: bytesMax, idleSeconds: limits.bodyIdleSeconds, until: worker.loop.deadline(inSeconds: seconds))
            hasReadContent = true
            account.bytesIn = Int64(content.count)
            return content
        } catch {
            switch error {
            case .tooLarge: throw .contentTooLarge(limit: Int64(bytesMax))
            case .malformed(let problem): throw .content(problem)
            case .slow: throw .contentTimeout
            case .lost: throw .clientGone
            }
        }
    }
}
