import HTTP
import HTTP1
import Settings
import Sockets

/// The content of one message on its way from one connection to the other. The receiver's framing is written anew from
/// what was understood of the sender's, so that two readings of it cannot differ behind Segue.
///
/// `move` is one step: it takes what has arrived, writes what the receiver takes, and returns when only an event can
/// help. It never waits, so that one task can drive both directions of an exchange.
struct ContentRelay {
    private var reader: ContentReader
    /// How the receiver is told where the content ends.
    private let framing: Framing
    private let bytesMax: Int64
    private(set) var bytesMoved: Int64 = 0
    /// All of the content has been read and handed to the receiver's output.
    private(set) var isComplete: Bool

    enum Framing { case asDeclared, chunked }

    enum Progress: Equatable {
        /// The receiver has the whole content.
        case finished
        /// Nothing can be done until one of the connections says so.
        case blocked
        /// This connection has had its share; others are waiting.
        case shareUsed
    }

    /// Why content cannot go on.
    enum Failure: Error {
        case tooLarge(limit: Int64)
        /// The sender's framing is wrong.
        case malformed(ContentError)
        /// The sender ended or broke before the content was complete.
        case senderLost(ConnectionLoss)
        case receiverLost(ConnectionLoss)
    }

    init(_ messageFraming: MessageFraming, as framing: Framing, bytesMax: Int64) {
        // Bytes that stand behind an origin's answer when it is over cost that connection its place in the pool.
        reader = ContentReader(messageFraming)
        self.framing = framing
        self.bytesMax = bytesMax
        isComplete = reader.isFinished
    }

    mutating func move(from sender: Connection, to receiver: Connection) throws(Failure) -> Progress {
        var share = FixedLimits.shareBytes
        while true {
            try take(from: sender, to: receiver)
            switch receiver.write() {
            case .failed(let error): throw .receiverLost(.failed(error))
            case .end: throw .receiverLost(.ended)
            case .bytes, .wouldBlock: break
            }
            if isComplete { return receiver.pending == 0 ? .finished : .blocked }
            if receiver.pending >= FixedLimits.pendingBytes { return .blocked }
            guard share > 0 else { return .shareUsed }
            switch sender.read() {
            case .bytes(let count): share -= count
            case .wouldBlock: return .blocked
            case .end: try senderEnded(receiver)
            case .failed(let error): throw .senderLost(.failed(error))
            }
        }
    }

    /// Hands what has arrived to the receiver's output.
    private mutating func take(from sender: Connection, to receiver: Connection) throws(Failure) {
        while !isComplete, receiver.pending < FixedLimits.pendingBytes {
            let step: ContentStep
            do throws(ContentError) {
                step = try sender.input.withFilled { (input) throws(ContentError) in try reader.next(in: input) }
            } catch {
                throw .malformed(error)
            }
            switch step {
            case .content(let range):
                bytesMoved += Int64(range.count)
                guard bytesMoved <= bytesMax else { throw .tooLarge(limit: bytesMax) }
                sender.input.withFilled { append($0.extracting(range), to: receiver) }
                sender.input.consume(range.upperBound)
            case .needMore:
                sender.input.clear()
                return
            case .finished(let consumed):
                sender.input.consume(consumed)
                complete(receiver)
            }
        }
    }

    private func append(_ content: Span<UInt8>, to receiver: Connection) {
        switch framing {
        case .asDeclared: receiver.output.append(copying: content)
        case .chunked:
            receiver.output.appendChunkHeader(size: content.count)
            receiver.output.append(copying: content)
            receiver.output.appendLineEnd()
        }
    }

    private mutating func complete(_ receiver: Connection) {
        isComplete = true
        if framing == .chunked { receiver.output.appendLastChunk() }
    }

    /// RFC 9112 §6.3: only content that lasts until the connection closes is complete when the sender ends.
    private mutating func senderEnded(_ receiver: Connection) throws(Failure) {
        do throws(ContentError) { try reader.connectionClosed() } catch { throw .senderLost(.ended) }
        complete(receiver)
    }
}
