/// A subject, a text and an HTML page with places for values: `{user_name}`. A value is text, and stays text in HTML.
package struct LetterTemplate: Sendable {
    package enum Fault: Error, Hashable {
        case unknownPlace(String, known: [String])
        case subjectOfSeveralLines
    }

    private enum Piece: Sendable {
        case words(String)
        case place(String)
    }

    private let subject: [Piece]
    private let text: [Piece]
    private let html: [Piece]

    /// - Parameter places: the names of all values.
    package init(subject: String, text: String, html: String, places: [String]) throws(Fault) {
        let line = subject.hasSuffix("\n") ? String(subject.dropLast()) : subject
        guard !line.unicodeScalars.contains(where: isControl) else { throw .subjectOfSeveralLines }
        self.subject = try Self.pieces(line, places)
        self.text = try Self.pieces(text, places)
        self.html = try Self.pieces(html, places)
    }

    package struct Letter: Sendable, Hashable {
        package let subject: String
        package let text: String
        package let html: String
    }

    package func letter(_ values: [String: String]) -> Letter {
        func filled(_ pieces: [Piece], _ written: (String) -> String) -> String {
            pieces.map { piece in
                switch piece {
                case .words(let words): words
                case .place(let name): written(values[name] ?? "")
                }
            }.joined()
        }
        return Letter(subject: filled(subject) { $0 }, text: filled(text) { $0 }, html: filled(html, escapedHTML))
    }

    /// A brace that begins no name, as in a style sheet, is a brace.
    private static func pieces(_ text: String, _ places: [String]) throws(Fault) -> [Piece] {
        var pieces: [Piece] = []
        var words = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let name = rest[rest.index(after: open)...].prefix { $0 == "_" || $0.isLetter && $0.isLowercase }
            words += rest[..<open]
            guard !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
                words += "{"
                rest = rest[rest.index(after: open)...]
                continue
            }
            guard places.contains(String(name)) else { throw .unknownPlace(String(name), known: places) }
            pieces += [.words(words), .place(String(name))]
            words = ""
            rest = rest[rest.index(after: name.endIndex)...]
        }
        return pieces + [.words(words + rest)]
    }
}

extension LetterTemplate.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownPlace(let name, let known):
            "{\(name)} is no value; there are \(known.map { "{\($0)}" }.joined(separator: ", "))"
        case .subjectOfSeveralLines: "a subject is one line"
        }
    }
}
