import HTTP1
import HTTPServer
import Sockets

// The content of the request, which flows until all of it is sent, before the response and beside it.
extension Exchange {
    func moveRequest(to origin: OriginConnection) throws(ForwardFailure) -> ContentRelay.Progress {
        do throws(ContentRelay.Failure) {
            return try upload.move(from: client.wire, to: origin.wire)
        } catch {
            switch error {
            case .tooLarge(let limit): throw .contentTooLarge(limit: limit)
            case .malformed(let problem): throw .malformed(problem)
            case .senderLost: throw .clientGone
            case .receiverLost:
                // The origin may have answered before it stopped reading: what it said still counts.
                return .blocked
            }
        }
    }

    /// Lets the rest of the request flow while the response comes back. What goes wrong with it ends the upload and not the
    /// response: the origin has answered without it.
    func moveRest(to origin: OriginConnection) -> ContentRelay.Progress {
        guard !upload.isComplete, !hasUploadFailed else { return .finished }
        do throws(ContentRelay.Failure) {
            return try upload.move(from: client.wire, to: origin.wire)
        } catch {
            hasUploadFailed = true
            return .finished
        }
    }
}
