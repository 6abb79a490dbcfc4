import Testing

@testable import Gateway

@Suite struct WebSocketFramesTests {
    /// A frame as a server sends it, or with a mask as a client does.
    private func frame(_ count: Int, isMasked: Bool = false) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        let length: [UInt8] =
            switch count {
            case ...125: [UInt8(count) | mask]
            case ...0xFFFF: [126 | mask, UInt8(count >> 8), UInt8(count & 0xFF)]
            default: [127 | mask] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
            }
        return [0x82] + length + (isMasked ? [1, 2, 3, 4] : []) + [UInt8](repeating: 0x88, count: count)
    }

    @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_000], [false, true])
    func `the end of a frame is found, and only there is nothing under way`(count: Int, isMasked: Bool) {
        var frames = WebSocketFrames()
        #expect(frames.isBetween)
        let bytes = frame(count, isMasked: isMasked) + frame(3)
        for (index, byte) in bytes.enumerated() {
            let one = [byte]
            frames.pass(one.span)
            #expect(frames.isBetween == [bytes.count - 1, bytes.count - 6].contains(index))
        }
        var whole = WebSocketFrames()
        whole.pass(bytes.span)
        #expect(whole.isBetween)
    }

    @Test func `a length that no message has passes for ever`() {
        var frames = WebSocketFrames()
        let bytes: [UInt8] = [0x82, 127] + [UInt8](repeating: 0xFF, count: 8) + [UInt8](repeating: 0, count: 100)
        frames.pass(bytes.span)
        #expect(!frames.isBetween)
    }

    @Test func `a Close frame has its code and its words`() {
        #expect(WebSocketFrames.close(4401, "over") == [0x88, 6, 0x11, 0x31] + Array("over".utf8))
    }
}
