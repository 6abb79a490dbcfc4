internal import Crypto
internal import Telemetry

/// How somebody wants a migration to be run.
struct MigrateOrder: Sendable {
    /// The file for a dump of the database; `nil`: somebody has said that none is needed.
    let backup: String?
    /// The name of the run in the ledger.
    let batch: String
    /// Calls in ten seconds; `nil`: nine tenths of what Clerk allows.
    let rate: Int?
    /// A file for the report in JSON, beside what is printed.
    let report: String?

    private static let batchBytesMax = 64

    init(_ arguments: inout Arguments, isReading: Bool) {
        backup = arguments.option("backup", "FILE", "dump the database first, with pg_dump; its digest goes into the ledger")
        let isWithout = arguments.flag("no-backup", "go on without a dump")
        let named = arguments.option("batch", "NAME", "what the ledger calls this run; several runs may share a name")
        rate = arguments.rate()
        report = arguments.option("report", "FILE", "write the report there as JSON, too")
        batch = named ?? Self.fresh
        if named != nil, !Self.isName(batch) {
            arguments.note(
                "--batch: found \(batch), expected a letter and then letters, digits, dots, dashes and underscores, at most \(Self.batchBytesMax)"
            )
        }
        if isReading {
            for (word, isGiven) in [
                ("backup", backup != nil), ("no-backup", isWithout), ("batch", named != nil), ("rate", rate != nil),
                ("report", report != nil),
            ] where isGiven { arguments.note("--\(word) goes neither with --dry-run nor with --verify") }
        } else if backup != nil, isWithout {
            arguments.note("--backup and --no-backup do not go together")
        } else if backup == nil, !isWithout {
            arguments.note(
                "say --dry-run, --verify, --backup FILE, or --no-backup: users would be created in Clerk and rows be linked")
        }
    }

    private static var fresh: String {
        let time = CalendarTime(DirectoryVisit.now).rfc3339.filter { $0 != "-" && $0 != ":" }
        return "migrate-\(time)-\(Hexadecimal.encode(RandomBytes.make(3)))"
    }

    private static func isName(_ text: String) -> Bool {
        // A number is an entry of the ledger's, for `segue undo`.
        text.first?.isLetter == true && text.utf8.count <= batchBytesMax
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
