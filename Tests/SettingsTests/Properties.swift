import JSON
import Settings

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// A settings file: it is refused in words that name a line of it, or it loads; and then a flip of a route changes that route's mode and
/// nothing else.
func fuzzSettings(_ bytes: Span<UInt8>) throws {
    let text = bytes.indices.map { bytes[$0] }
    let loaded: LoadedSettings
    do throws(SettingsFailure) { loaded = try load(text) } catch {
        if error.lines.isEmpty { throw Difference(description: "it is refused without a word") }
        return
    }
    for (index, route) in loaded.settings.routes.enumerated() {
        guard let edit = ModeEdit(loaded, route: index, mode: .deny), let flipped = try? load(edit.text) else { continue }
        let modes = loaded.settings.routes.map(\.mode)
        var expected = modes
        expected[index] = .deny
        guard flipped.settings.routes.map(\.mode) == expected,
            flipped.settings.routes.map(\.name) == loaded.settings.routes.map(\.name)
        else {
            throw Difference(description: "the flip of \(route.name) changed something else")
        }
    }
}

private func load(_ text: [UInt8]) throws(SettingsFailure) -> LoadedSettings {
    let environment = ["JWT_SECRET": "correct horse battery staple and more of it", "EMPTY": ""]
    return try SettingsLoader.load(text, file: "routes.json", environment: environment) { _ throws(FileReadFailure) in
        throw FileReadFailure("no such file")
    }
}
