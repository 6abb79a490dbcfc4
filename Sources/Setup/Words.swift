/// The words of a name, whichever way its author wrote them: `user_id`, `userId`, `UserID` and `user-id` are the same two.
func words(_ name: String) -> [String] {
    var result: [String] = []
    var word = ""
    var wasUpper = false
    for character in name {
        if character == "_" || character == "-" || character == "." || character == " " {
            if !word.isEmpty { result.append(word) }
            word = ""
        } else {
            if character.isUppercase, !wasUpper, !word.isEmpty {
                result.append(word)
                word = ""
            }
            word += character.lowercased()
        }
        wasUpper = character.isUppercase
    }
    return word.isEmpty ? result : result + [word]
}

/// The words in one piece, for comparison.
func plain(_ name: String) -> String { words(name).joined() }
