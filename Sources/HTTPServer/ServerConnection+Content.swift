import HTTP
package import HTTP1
package import Sockets

/// Why the content of a request could not be read whole.
package enum ContentFailure: Error {
    case tooLarge, slow
    case malformed(ContentError)
    /// The client has gone in the middle.
    case lost
}

extension ServerConnection {
    /// Reads the content of the current request whole.
    /// - Parameter end: when all of it must be there, however steadily it trickles.
    package func readContent(bytesMax: Int, idleSeconds: Int, until end: Deadline) async throws(ContentFailure) -> [UInt8] {
        var reader = ContentReader(head.framing)
        var content: [UInt8] = []
        while !reader.isFinished {
            switch try step(&reader) {
            case .content(let range):
                guard content.count + range.count <= bytesMax else { throw .tooLarge }
                wire.input.withFilled { content.append(copying: $0.extracting(range)) }
                wire.input.consume(range.upperBound)
            case .finished(let consumed): wire.input.consume(consumed)
            case .needMore:
                wire.input.clear()
                try await fill(until: min(end, wire.socket.loop.deadline(inSeconds: idleSeconds)))
            }
        }
        return content
    }

    /// Waits for so much of the content, or for all of it where it is less. Of chunks nobody knows when the next will come, and a
    /// client that expects a 100 waits itself: neither is waited for.
    /// - Parameter end: when it must be there, however steadily it trickles.
    package func awaitContent(bytes: Int, idleSeconds: Int, until end: Deadline) async throws(ConnectionLoss) {
        guard case .length(let length) = head.framing, !head.expectsContinue else { return }
        let wanted = Int(min(length, Int64(bytes)))
        while wire.input.count < wanted {
            try await wire.awaitMore(on: strand, until: min(end, wire.socket.loop.deadline(inSeconds: idleSeconds)))
        }
    }

    private func step(_ reader: inout ContentReader) throws(ContentFailure) -> ContentStep {
        do throws(ContentError) {
            return try wire.input.withFilled { (input) throws(ContentError) in try reader.next(in: input) }
        } catch {
            throw .malformed(error)
        }
    }

    private func fill(until deadline: Deadline) async throws(ContentFailure) {
        do throws(ConnectionLoss) {
            try await wire.flush(on: strand, until: deadline)
            try await wire.awaitMore(on: strand, until: deadline)
        } catch {
            throw error == .timedOut ? .slow : .lost
        }
    }
}

extension RequestHead {
    /// The request as a value of its own.
    func copied(with content: [UInt8]) -> ServerRequest {
        ServerRequest(
            method: method, path: section.string(path), query: query.map { section.string($0) },
            fields: section.lines.map { (section.string($0.name), section.string($0.value)) }, content: content)
    }
}

extension ServerResponse {
    func write(to output: inout [UInt8], closing: Bool, withoutContent: Bool) {
        output.appendStatusLine(status)
        for (name, value) in fields {
            precondition(!value.utf8.contains { $0 == 13 || $0 == 10 }, "a field value of ours holds a line break")
            output.append(contentsOf: "\(name): \(value)\r\n".utf8)
        }
        if !status.forbidsContent { output.append(contentsOf: "Content-Length: \(content.count)\r\n".utf8) }
        if closing { output.append(contentsOf: "Connection: close\r\n".utf8) }
        output.append(contentsOf: "\r\n".utf8)
        if !withoutContent { output.append(contentsOf: content) }
    }
}
