import HTTP
import HTTP1
import HTTPServer
import Identity
import Settings
import Sockets

// What the origin says before its content: the head of the final response, and interim ones in front of it.
extension Exchange {
    /// Reads what the origin has said; `true` when the head of the final response is complete.
    func readHead(of origin: OriginConnection, answering request: OriginRequest) throws(ForwardFailure) -> Bool {
        let (wire, head) = (origin.wire, origin.head)
        while true {
            if try parseHead(of: origin, answering: request) {
                guard head.status.isInformational, head.status != .switchingProtocols else { return true }
                interimCount += 1
                guard interimCount <= FixedLimits.interims else { throw .origin(.unasked) }
                passOnInterim(head, request)
                continue
            }
            switch wire.read() {
            case .bytes: continue
            case .wouldBlock:
                guard wire.input.isFull else { return false }
                let most = origin.pool.headLimits.startLineBytes + origin.pool.headLimits.sectionBytes + 4
                guard wire.input.capacity < most else { throw .origin(.garbage(.field(.sectionTooLarge(limitBytes: most)))) }
                wire.input.grow(to: most)
            case .end, .failed: throw .origin(.closedEarly)
            }
        }
    }

    private func parseHead(of origin: OriginConnection, answering request: OriginRequest) throws(ForwardFailure) -> Bool {
        let (wire, head) = (origin.wire, origin.head)
        guard !wire.input.isEmpty else { return false }
        do throws(ResponseError) {
            let step = try wire.input.withFilled { (input) throws(ResponseError) in
                try origin.parser.parse(input, into: head, answering: request.method, limits: origin.pool.headLimits)
            }
            guard case .head(let length) = step else { return false }
            wire.input.consume(length)
        } catch {
            throw .origin(.garbage(error))
        }
        if head.status == .switchingProtocols {
            guard request.wantsUpgrade else { throw .origin(.unasked) }
            guard head.switchesToWebSocket else { throw .origin(.switchedOtherwise) }
        }
        answeredAt = loop.now
        return true
    }

    /// A 1xx response is the client's if it can understand one (RFC 9110 §15.2).
    private func passOnInterim(_ head: ResponseHead, _ request: OriginRequest) {
        guard client.head.minorVersion == 1, head.status != .continue || client.head.expectsContinue else { return }
        writeInterim(head, request.minted)
        _ = client.wire.write()
    }

    private func writeInterim(_ head: ResponseHead, _ minted: MintedCredential?) {
        client.wire.output.appendStatusLine(head.status)
        for line in head.section.lines where line.known == .other || line.known == .location {
            if minted?.isTold(by: line, of: head.section) ?? false { continue }
            client.wire.output.appendLine(line, of: head.section)
        }
        client.wire.output.appendLineEnd()
    }
}
