internal import Files
internal import JSON
internal import Settings

/// `segue flip ROUTE MODE`: changes the mode of one route in the file, and not a byte besides; with `--live`, in the directory,
/// which every replica follows at once.
enum FlipCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let isDryRun = arguments.flag("dry-run", "show the change, and make none")
        let isLive = arguments.flag("live", "leave the file alone: every replica follows within a second")
        let all = arguments.flag("all", "every route in dual or clerk, live: for emergencies, with MODE legacy")
        var live = LiveFlip(
            seconds: arguments.seconds("for", "with --live: how long it lasts; until the file says something else by default"),
            actor: arguments.option("actor", "NAME", "with --live: who did it, for the ledger; the system's user by default"))
        live.isDryRun = isDryRun
        live.isConfirmed = arguments.flag(
            "yes", "with --all: although some people have, or may have, no old credential to go back to")
        let name = all ? "" : arguments.word("ROUTE", "the name of the route")
        let word = arguments.word("MODE", Mode.allCases.map(\.rawValue).joined(separator: ", "))
        let path = SettingsFile.word(&arguments)
        arguments.example("segue flip posts clerk")
        arguments.example("segue flip posts dual staging.json --dry-run")
        arguments.example("segue flip posts deny --live --for 2h")
        arguments.example("segue flip --all legacy")
        if !isLive, !all, live.isGiven { arguments.note("--for and --actor are for --live") }
        if all, word != Mode.legacy.rawValue { arguments.note("--all goes to legacy; flip routes one by one to other modes") }
        if let end = arguments.finish() { return end }
        guard let mode = Mode(rawValue: word) else {
            return arguments.refuse("there is no mode \(word)", guess: nearestName(to: word, in: Mode.allCases.map(\.rawValue)))
        }

        do {
            let loaded = try SettingsFile.load(path)
            if all { return await live.flipAll(of: loaded, to: mode) }
            guard let route = loaded.settings.routes.firstIndex(where: { $0.name == name }) else {
                let guess = nearestName(to: name, in: loaded.settings.routes.map(\.name))
                return Terminal.fail("\(path) has no route \(name)" + (guess.map { "; did you mean \($0)?" } ?? ""))
            }
            if isLive { return await live.flip(loaded, route, to: mode) }
            if loaded.settings.routes[route].mode == mode { return Terminal.say("\(name) is in mode \(mode.rawValue) already") }
            return flip(loaded, route, to: mode, isDryRun: isDryRun)
        } catch {
            SettingsFile.report(error)
            return .precondition
        }
    }

    private static func flip(_ loaded: LoadedSettings, _ route: Int, to mode: Mode, isDryRun: Bool) -> ExitCode {
        let (name, old) = (loaded.settings.routes[route].name, loaded.settings.routes[route].mode)
        guard let edit = ModeEdit(loaded, route: route, mode: mode) else {
            return Terminal.fail("the mode of \(name) comes from the environment; change it there", .precondition)
        }
        let changed: LoadedSettings
        do {
            changed = try SettingsLoader.load(edit.text, path: loaded.file, environment: Environment.all)
        } catch {
            SettingsFile.report(error)
            return Terminal.fail(
                "\(loaded.file) would not pass with \(name) in mode \(mode.rawValue); nothing was changed", .precondition)
        }
        SettingsFile.report(changed.warnings, in: loaded.file)
        Terminal.say("\(loaded.file):\(edit.line)\n- \(edit.before)\n+ \(edit.after)")
        if isDryRun { return .ok }
        do { try Files.replace(loaded.file, with: edit.text) } catch { return Terminal.fail("\(error)") }
        Terminal.talk(
            "Flipped \(name) from \(old.rawValue) to \(mode.rawValue). Keep it: git commit -m 'Flip \(name) to \(mode.rawValue)' \(loaded.file)"
        )
        return .ok
    }
}
