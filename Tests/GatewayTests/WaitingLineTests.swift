import Testing

@testable import Gateway

@Suite("WaitingLine") struct WaitingLineTests {
    var line = WaitingLine<String>()

    mutating func everybody() -> [String] {
        var called: [String] = []
        while let member = line.callNext() { called.append(member) }
        return called
    }

    @Test mutating func `who came first is called first`() {
        for name in ["a", "b", "c"] { _ = line.join(name) }
        #expect(line.callNext() == "a")
        _ = line.join("d")
        #expect(everybody() == ["b", "c", "d"])
        #expect(line.callNext() == nil && line.count == 0)
    }

    @Test(arguments: 0..<5) mutating func `who gives up, wherever in the line, is not called, and the others keep their order`(
        _ gone: Int
    ) {
        let names = ["a", "b", "c", "d", "e"]
        let numbers = names.map { line.join($0) }
        line.leave(numbers[gone])
        #expect(line.count == 4 && !line.holds(numbers[gone]))
        #expect(everybody() == names.enumerated().filter { $0.offset != gone }.map(\.element))
    }

    @Test mutating func `a number is good for one place`() {
        let first = line.join("a")
        #expect(line.holds(first) && line.callNext() == "a" && !line.holds(first))
        let second = line.join("b")
        // Who was called already gives up nobody else's place.
        line.leave(first)
        #expect(!line.holds(first) && line.holds(second) && everybody() == ["b"])
    }

    @Test mutating func `when all have given up the line begins anew`() {
        for number in ["a", "b", "c"].map({ line.join($0) }) { line.leave(number) }
        #expect(line.callNext() == nil)
        _ = line.join("d")
        #expect(everybody() == ["d"])
    }

    @Test mutating func `joining, leaving and calling in any order is what a plain array does`() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: .min ... .max, using: &random)
        var state = seed
        func roll(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var model: [(number: UInt64, name: String)] = []
        for step in 0..<20_000 {
            switch roll(4) {
            case 0, 1:
                let name = "\(step)"
                model.append((line.join(name), name))
            case 2 where !model.isEmpty: line.leave(model.remove(at: roll(model.count)).number)
            default:
                let expected = model.isEmpty ? nil : model.removeFirst().name
                #expect(line.callNext() == expected, "seed \(seed), step \(step)")
            }
            #expect(line.count == model.count, "seed \(seed), step \(step)")
        }
    }
}
