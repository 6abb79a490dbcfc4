/// One journey as it stands in a file of `Journeys/`, whose README says how such a file is written: a title, what the
/// gateway's settings change to, and steps that happen from top to bottom as time passes.
struct Journey: Sendable {
    let file: String
    let title: String
    /// JSON members that replace those of `settings.json`.
    let settings: String
    /// Whom the gateway cannot reach.
    let away: Set<Neighbour>
    let steps: [Step]
    /// In pieces the bytes would rightly have another result.
    let arrivesWhole: Bool

    enum Neighbour: String, Sendable {
        case directory, keys
        case clerk = "Clerk"
    }

    struct Step: Sendable {
        let actor: Actor
        let action: Action
        let lines: [String]
        /// Where it stands in the file, from 1.
        let line: Int
    }

    enum Actor: Sendable, Hashable {
        case client(Int)
        /// A connection of the origin server in the order of arrival; without a number the one that was sent to last.
        case origin(Int?)
        case log, gateway, database
    }

    enum Action: String, Sendable {
        case sends, gets
        case getsEnd = "gets the end"
        case getsReset = "gets a reset"
        case isCutOff = "is cut off"
        case finishes, resets
        /// Only of the log.
        case says
        /// Only of the gateway: settings, as `settings` has them, while requests are under way.
        case adopts
        /// Only of the database: old sessions.
        case loses
    }
}

extension Journey {
    struct Mistake: Error, CustomStringConvertible { let description: String }

    /// - Parameter file: the name in failures.
    init(file: String, _ text: String) throws(Mistake) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        var settings = ""
        var away: Set<Neighbour> = []
        var steps: [Step] = []
        var arrivesWhole = false
        var next = lines.firstIndex(where: Journey.isHeading) ?? lines.count
        while next < lines.count {
            let body = lines[(next + 1)...].prefix { !Journey.isHeading($0) }
            switch String(lines[next].dropFirst(4)) {
            case "settings": settings = body.joined(separator: "\n")
            case "arrives whole": arrivesWhole = true
            case let words where words.hasSuffix(" away"):
                guard let neighbour = Neighbour(rawValue: String(words.dropLast(" away".count))) else {
                    throw Mistake(description: "\(file):\(next + 1): nobody knows who is \(words)")
                }
                away.insert(neighbour)
            case let words:
                guard let (actor, action) = Journey.parse(words) else {
                    throw Mistake(description: "\(file):\(next + 1): \(words) is no step")
                }
                steps.append(Step(actor: actor, action: action, lines: Array(body), line: next + 1))
            }
            next = body.endIndex
        }
        guard let title = lines.first, !Journey.isHeading(title), !steps.isEmpty else {
            throw Mistake(description: "\(file): a journey has a title and steps")
        }
        (self.file, self.title, self.settings, self.away) = (file, title, settings, away)
        (self.steps, self.arrivesWhole) = (steps, arrivesWhole)
    }

    private static func isHeading(_ line: String) -> Bool { line.hasPrefix("--- ") }

    /// `client sends`, `client 2 gets`, `origin gets the end`, `log says`
    private static func parse(_ words: String) -> (Actor, Action)? {
        var words = words.split(separator: " ").map(String.init)
        guard let name = words.first else { return nil }
        words.removeFirst()
        let number = words.first.flatMap { Int($0) }
        if number != nil { words.removeFirst() }
        guard let action = Action(rawValue: words.joined(separator: " ")) else { return nil }
        switch (name, action) {
        case ("log", .says): return (.log, action)
        case ("gateway", .adopts): return (.gateway, action)
        case ("database", .loses): return (.database, action)
        case (_, .says), (_, .adopts), (_, .loses): return nil
        case ("client", _): return (.client(number ?? 1), action)
        case ("origin", _): return (.origin(number), action)
        default: return nil
        }
    }
}
