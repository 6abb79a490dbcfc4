/// What the instance keeps of one kind, apart from its users.
protocol EmulatedRecord {
    /// What an error calls one: `session`.
    static var kind: String { get }
    var id: String { get }
}

/// The records of one kind, by their ids and in the order in which they were made. The oldest make room: a test of a migration makes
/// tens of thousands, and an emulator that runs for days must not grow.
struct RecordStore<Record: EmulatedRecord> {
    private let countMax: Int
    private var records: [String: Record] = [:]
    private var order: [String] = []
    private var oldest = 0

    init(countMax: Int) { self.countMax = countMax }

    func record(_ id: String) throws(ClerkProblem) -> Record {
        guard let record = records[id] else { throw .notFound(Record.kind, id) }
        return record
    }

    /// From the oldest to the newest.
    var all: some BidirectionalCollection<Record> { order[oldest...].lazy.compactMap { records[$0] } }

    mutating func save(_ record: Record) {
        if records.updateValue(record, forKey: record.id) == nil { order.append(record.id) }
        while order.count - oldest > countMax {
            records[order[oldest]] = nil
            oldest += 1
        }
        if oldest > countMax { (order, oldest) = (Array(order[oldest...]), 0) }
    }
}
