internal import Authentication
internal import Directory
internal import Files
internal import Identity
internal import Settings
internal import Sockets
internal import Telemetry

/// `segue finalize`: whether the old login may end, and the steps that end it in the database.
enum FinalizeCommand {
    private static let commands: [Command] = [
        Command("check", "Show what must hold before the old login ends, and what is still missing", check),
        Command("waive", "Let the migration end without somebody, by name", waive),
        Command("backup", "Make a dump, and put its digest into the ledger", backup),
        Command("apply", "Do one step of the end, after showing what it means and asking", FinalizeApply.run),
    ]

    static func run(_ arguments: inout Arguments) async -> ExitCode { await arguments.dispatch(commands) }

    /// For so long nobody may have come with an old credential alone.
    static let quietDaysByDefault = 14

    static func quietDays(_ arguments: inout Arguments) -> Int {
        arguments.number(
            "days", "for so many days nobody came with an old credential alone; \(quietDaysByDefault) by default, 0: not asked for",
            0...365) ?? quietDaysByDefault
    }

    private static func check(_ arguments: inout Arguments) async -> ExitCode {
        let days = quietDays(&arguments)
        let json = arguments.flag("json", "print JSON")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue finalize check")
        arguments.example("segue finalize check --days 30 --json")
        if let end = arguments.finish() { return end }
        guard let work = FinalizeVisit(file) else { return .precondition }
        switch await work.report(quietDays: days) {
        case .failure(let failure): return failure.code
        case .success(let report):
            let said = Terminal.say(json ? report.json : report.text)
            return said == .ok ? report.code : said
        }
    }

    // MARK: Waivers

    private static func waive(_ arguments: inout Arguments) async -> ExitCode {
        let list = arguments.option("users", "FILE", "a list with one internal user id on each line, in the place of USER")
        let note = DirectoryVisit.note(&arguments)
        let user = list == nil ? arguments.word("USER", "the internal id of the person, as segue finalize check names it") : ""
        let file = SettingsFile.word(&arguments)
        arguments.example("segue finalize waive 42 --reason 'left in 2019'")
        arguments.example("segue finalize waive --users dormant.txt --reason 'not seen for two years'")
        if let end = arguments.finish() { return end }
        guard let work = FinalizeVisit(file) else { return .precondition }
        var ids = [user]
        if let list {
            do throws(FileError) {
                let text = String(decoding: try Files.read(list, bytesMax: 1 << 26), as: UTF8.self)
                // What some editors put before the first line (U+FEFF) is no part of an id.
                let lines = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
                ids = lines.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }
            } catch { return Terminal.fail("--users: \(error)", .precondition) }
            if ids.isEmpty { return Terminal.fail("--users: \(list) names nobody; an id on each line", .precondition) }
        }
        return await work.waive(ids.map { UserID($0) }, note)
    }

    // MARK: Backup

    private static func backup(_ arguments: inout Arguments) -> ExitCode {
        let note = DirectoryVisit.optionalNote(&arguments)
        let dump = arguments.word("DUMP", "the file that pg_dump writes; nothing is written over")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue finalize backup before-the-end.dump")
        if let end = arguments.finish() { return end }
        // Before any thread: they inherit which signals are blocked.
        Signals.block()
        guard let work = FinalizeVisit(file) else { return .precondition }
        do { return try onLoopHere { await work.backup(to: dump, note) } } catch { return Terminal.fail("\(error)") }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
