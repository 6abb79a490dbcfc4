/// Where the frames of one direction of a WebSocket begin (RFC 6455 §5.2): between two of them, and nowhere else, Segue may say
/// something of its own. What is in them is passed over.
///
///     header ──► length (2 or 8 bytes) ──► mask (4 bytes) ──► payload ──► header
struct WebSocketFrames {
    private var header: [UInt8] = []
    private var payload: UInt64 = 0

    /// Nothing of a frame is under way.
    var isBetween: Bool { header.isEmpty && payload == 0 }

    mutating func pass(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count {
            if payload > 0 {
                let count = min(payload, UInt64(bytes.count - index))
                payload -= count
                index += Int(count)
                continue
            }
            header.append(bytes[index])
            index += 1
            guard header.count >= 2, header.count == headerCount else { continue }
            payload = length
            header.removeAll(keepingCapacity: true)
        }
    }

    /// Of the header that has begun, once its second byte is there.
    private var headerCount: Int { 2 + lengthBytes + (header[1] & 0x80 == 0 ? 0 : 4) }

    private var lengthBytes: Int {
        switch header[1] & 0x7F {
        case 127: 8
        case 126: 2
        default: 0
        }
    }

    private var length: UInt64 {
        if lengthBytes == 0 { return UInt64(header[1] & 0x7F) }
        return header[2..<2 + lengthBytes].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A Close frame as a server sends it, with a code of RFC 6455 §7.4 and a few words.
    static func close(_ code: UInt16, _ reason: StaticString) -> [UInt8] {
        let words = Array("\(reason)".utf8)
        precondition(words.count <= 123, "the payload of a control frame has 125 bytes at most")
        return [0x88, UInt8(words.count + 2), UInt8(code >> 8), UInt8(code & 0xFF)] + words
    }
}
