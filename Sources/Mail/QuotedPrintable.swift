/// RFC 2045 §6.7: text that a person can still read in the source, in lines that no server breaks or changes.
enum QuotedPrintable {
    private static let lineBytesMax = 76

    static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        for line in text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false) {
            encode(Array(line.utf8), to: &result)
            result += [0x0D, 0x0A]
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func encode(_ line: [UInt8], to result: inout [UInt8]) {
        var count = 0
        for (index, byte) in line.enumerated() {
            let isEnd = index == line.count - 1
            var piece = piece(byte, isStart: count == 0, isEnd: isEnd)
            // Room for the equals sign of a soft line break.
            if count + piece.count > lineBytesMax - (isEnd ? 0 : 1) {
                result += Array("=\r\n".utf8)
                count = 0
                piece = Self.piece(byte, isStart: true, isEnd: isEnd)
            }
            result += piece
            count += piece.count
        }
    }

    private static func piece(_ byte: UInt8, isStart: Bool, isEnd: Bool) -> [UInt8] {
        // A dot that begins a line means the end of the message to SMTP, and `From ` that of another to old mailboxes.
        let isMark = isStart && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F"))
        let isPlain =
            switch byte {
            case 0x20, 0x09: !isEnd
            case UInt8(ascii: "="): false
            default: (0x21...0x7E).contains(byte) && !isMark
            }
        return isPlain ? [byte] : [UInt8(ascii: "=")] + hexadecimal(byte)
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
