/// A subject, a text and an HTML page with places for values: `{user_name}`. A value is text, and stays text in HTML.
package struct LetterTemplate: Sendable {
    package enum Fault: Error, Hashable {
        case unknownPlace(String, known: [String])
        case missingPlace(String, from: String)
        case subjectOfSeveralLines
    }

    private enum Piece: Sendable {
        case words(String)
        case place(String)

        func isPlace(_ sought: String) -> Bool { if case .place(sought) = self { true } else { false } }
    }

    private let subject: [Piece]
    private let text: [Piece]
    private let html: [Piece]

    /// - Parameters:
    ///   - places: the names of all values.
    ///   - needed: the one without which neither the text nor the page is of use.
    package init(subject: String, text: String, html: String, places: [String], needed: String? = nil) throws(Fault) {
        let line = subject.last?.isNewline ?? false ? String(subject.dropLast()) : subject
        guard !line.unicodeScalars.contains(where: isControl) else { throw .subjectOfSeveralLines }
        self.subject = try Self.pieces(line, places)
        self.text = try Self.pieces(text, places)
        self.html = try Self.pieces(html, places)
        guard let needed else { return }
        for (name, pieces) in [("txt", self.text), ("html", self.html)] where !pieces.contains(where: { $0.isPlace(needed) }) {
            throw .missingPlace(needed, from: name)
        }
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

    /// A brace that begins no name, as in a style sheet, is a brace. What looks like a name and is none (`{userName}`, `{ site }`) is a
    /// mistake: its reader would see it as it is.
    private static func pieces(_ text: String, _ places: [String]) throws(Fault) -> [Piece] {
        var pieces: [Piece] = []
        var words = String.UnicodeScalarView()
        // Scalars: whatever joins a brace to what stands behind it for the eye, it is a brace.
        var rest = text.unicodeScalars[...]
        while let open = rest.firstIndex(of: "{") {
            let name = rest[rest.index(after: open)...].prefix { isNameCharacter($0) || $0 == " " }
            words += rest[..<open]
            guard name.contains(where: isNameCharacter), name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
                words.append("{")
                rest = rest[rest.index(after: open)...]
                continue
            }
            guard places.contains(String(name)) else { throw .unknownPlace(String(name), known: places) }
            pieces += [.words(String(words)), .place(String(name))]
            words = String.UnicodeScalarView()
            rest = rest[rest.index(after: name.endIndex)...]
        }
        return pieces + [.words(String(words + rest))]
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || (scalar.isASCII ? isAlphanumeric(UInt8(scalar.value)) : scalar.properties.isAlphabetic)
    }
}

extension LetterTemplate.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownPlace(let name, let known):
            "{\(name)} is no value; there are \(known.map { "{\($0)}" }.joined(separator: ", "))"
        case .missingPlace(let name, let part): "the .\(part) has no {\(name)}, without which its reader can do nothing"
        case .subjectOfSeveralLines: "a subject is one line"
        }
    }
}
