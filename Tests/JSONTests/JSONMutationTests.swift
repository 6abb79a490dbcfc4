import JSON
import Testing

@Suite struct JSONMutationTests {
    @Test func `a mutated text is refused, or means the same after writing and parsing`() throws {
        let seed = UInt64.random(in: 1 ... .max)
        var state = seed
        func random(_ bound: Int) -> Int {
            // Knuth's MMIX generator; its low bits are weak, so the high ones are used.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let original = Array(
            #"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00é",true,null,{"b":{}}],"c":"\\\"","exp":1732165367.5,"n":1e19}"#.utf8)
        let interesting = Array("{}[]\",:\\u0edD-+.e19 \n\u{0}tn".utf8) + [0x80, 0xC3, 0xED, 0xF0, 0xFF]
        for _ in 0..<20_000 {
            var text = original
            for _ in 0...random(3) {
                let position = random(text.count)
                switch random(3) {
                case 0: text[position] = interesting[random(interesting.count)]
                case 1: text.remove(at: position)
                default: text.insert(interesting[random(interesting.count)], at: position)
                }
            }
            guard let value = try? JSONValue(parsing: text) else { continue }
            _ = (value["exp"]?.int64, value["n"]?.int64, value["a"]?.array?.map(\.double))
            var writer = JSONWriter()
            writer.value(value)
            #expect(try JSONValue(parsing: writer.bytes) == value, "seed \(seed): \(text)")
            let index = try? JSONObjectIndex(text.span)
            #expect((index != nil) == (value.object != nil), "seed \(seed): \(text)")
        }
    }
}
