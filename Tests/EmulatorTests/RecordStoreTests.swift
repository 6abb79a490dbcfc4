import Testing

@testable import Emulator

@Suite struct RecordStoreTests {
    private struct Thing: EmulatedRecord {
        static let kind = "thing"
        let id: String
        var value = 0
    }

    @Test func `records keep the order of their making, also when they change`() throws {
        var store = RecordStore<Thing>(countMax: 10)
        for id in ["b", "a", "c"] { store.save(Thing(id: id)) }
        store.save(Thing(id: "b", value: 7))
        #expect(store.all.map(\.id) == ["b", "a", "c"])
        #expect(try store.record("b").value == 7)
    }

    @Test func `the oldest make room, however many come`() {
        var store = RecordStore<Thing>(countMax: 3)
        for number in 0..<100 {
            store.save(Thing(id: "\(number)"))
            #expect(store.all.count == min(number + 1, 3))
        }
        #expect(store.all.map(\.id) == ["97", "98", "99"])
        #expect(throws: ClerkProblem.self) { try store.record("96") }
    }
}
