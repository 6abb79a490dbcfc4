internal import Authentication
internal import Directory
internal import Identity
internal import JSON

/// `segue review`: the refused links that a person can settle, by `segue link` or by saying that the refusal stands.
enum ReviewCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let limit = arguments.number("limit", "rows at most; 100 by default", 1...10_000) ?? 100
        let dismissed = arguments.option("dismiss", "CLERK_USER", "take what waits for this Clerk user off the list")
        let note = dismissed.map { _ in DirectoryVisit.note(&arguments) }
        if dismissed == nil { describeNote(&arguments) }
        let file = SettingsFile.word(&arguments)
        arguments.example("segue review --json")
        arguments.example("segue review --dismiss user_2abc --reason 'a test account'")
        if let end = arguments.finish() { return end }
        if let dismissed, let note { return await dismiss(ClerkUserID(dismissed), note, file) }
        switch await DirectoryVisit.run(file, { (directory, _) throws(Unavailable) in try await directory.reviews(most: limit) }) {
        case .failure(let failure): return failure.code
        case .success(let reviews):
            if reviews.isEmpty, !json { Terminal.talk("nothing waits") }
            return json ? Terminal.say(self.json(reviews)) : print(reviews)
        }
    }

    /// For the help: options that count with `--dismiss` only.
    private static func describeNote(_ arguments: inout Arguments) {
        for (name, value) in [("reason", "TEXT"), ("actor", "NAME")] {
            if arguments.option(name, value, "with --dismiss, as for segue link") != nil {
                arguments.note("--\(name) goes with --dismiss")
            }
        }
    }

    private static func dismiss(_ clerkUser: ClerkUserID, _ note: OperatorNote, _ file: String) async -> ExitCode {
        let now = DirectoryVisit.now
        let result = await DirectoryVisit.run(file) { (directory, _) throws(Unavailable) in
            try await directory.dismiss(clerkUser, note, at: now)
        }
        switch result {
        case .failure(let failure): return failure.code
        case .success(0): return Terminal.fail("nothing waits for \(clerkUser.text)")
        case .success(let count): return Terminal.say("dismissed \(count) of \(clerkUser.text)".onOneLine)
        }
    }

    private static func print(_ reviews: [Review]) -> ExitCode {
        let rows = reviews.map {
            [$0.clerkUser.text, $0.candidate?.text ?? "-", $0.code, String($0.count), $0.first, $0.last].map(\.onOneLine)
        }
        let all = [["CLERK USER", "CANDIDATE", "CODE", "TIMES", "FIRST", "LAST"]] + (rows.isEmpty ? [] : rows)
        guard !rows.isEmpty else { return .ok }
        let widths = all[0].indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            guard Terminal.say(line) == .ok else { return .failed }
        }
        return .ok
    }

    private static func json(_ reviews: [Review]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for review in reviews {
            writer.beginObject()
            writer.member("clerk_user_id", review.clerkUser.text)
            writer.member("candidate", review.candidate?.text)
            writer.member("code", review.code)
            writer.member("count", Int64(review.count))
            writer.member("first_at", review.first)
            writer.member("last_at", review.last)
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
