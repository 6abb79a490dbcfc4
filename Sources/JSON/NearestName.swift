/// The candidate that a misspelt word was probably meant to be, or `nil` when none is close: at most one edit in three
/// letters, case ignored.
package func nearestName(to word: String, in candidates: some Sequence<String>) -> String? {
    var (best, bestDistance) = (String?.none, max(1, word.utf8.count / 3) + 1)
    for candidate in candidates {
        let distance = editDistance(Array(word.lowercased().utf8), Array(candidate.lowercased().utf8))
        if distance < bestDistance { (best, bestDistance) = (candidate, distance) }
    }
    return best
}

/// Levenshtein's distance, where two neighbours that changed places count as one edit.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var (beforeLast, last) = ([Int](), Array(0...b.count))
    for row in a.indices {
        var current = [row + 1]
        for column in b.indices {
            var distance = min(last[column] + (a[row] == b[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        (beforeLast, last) = (last, current)
    }
    return last[b.count]
}
