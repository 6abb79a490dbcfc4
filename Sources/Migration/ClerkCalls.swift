package import Authentication

/// Clerk's users for a command that goes through many of them: one call after the other, each in its turn. It waits as long as Clerk
/// says (429), and asks again where no answer came.
package struct ClerkCalls: Sendable {
    private let clerk: any ClerkUserAdmin
    private let pace: any CallPace
    private let isPatient: Bool

    /// - Parameter isPatient: whether it asks again where no answer came.
    package init(_ clerk: any ClerkUserAdmin, _ pace: any CallPace, isPatient: Bool = true) {
        (self.clerk, self.pace, self.isPatient) = (clerk, pace, isPatient)
    }

    /// - Parameter lookUp: with up to `MigrationLimits.lookUpIDs` values.
    func users(_ lookUp: ClerkLookUp) async throws(ClerkCallFailure) -> [ClerkUser] {
        var trouble = ""
        for _ in 0..<MigrationLimits.attempts {
            try await turn()
            switch await clerk.users(lookUp) {
            case .users(let users): return users
            case .limited(let seconds): trouble = await wait(seconds)
            case .failed(let words) where isPatient: trouble = await wait(after: words)
            case .failed(let words), .hopeless(let words): throw ClerkCallFailure(words: words)
            }
        }
        throw ClerkCallFailure(words: trouble)
    }

    /// Those of them whom Clerk has.
    package func users(of ids: [ClerkUserID]) async throws(ClerkCallFailure) -> [ClerkUser] {
        var found: [ClerkUser] = []
        for start in stride(from: 0, to: ids.count, by: MigrationLimits.lookUpIDs) {
            let page = ids[start..<min(start + MigrationLimits.lookUpIDs, ids.count)]
            found += try await users(.userIDs(page.map(\.text)))
        }
        return found
    }

    /// What became of a deletion.
    package enum Deletion<Obstacle: Sendable & Hashable>: Sendable, Hashable {
        case deleted
        /// There was no such user before we asked.
        case gone
        case kept(Obstacle)
    }

    /// Deletes a user. An attempt may have to wait for minutes, so it is looked before each whether anything is against it by now.
    package func delete<Obstacle>(
        _ id: ClerkUserID, unless obstacle: (ClerkUser) -> Obstacle?
    ) async throws(ClerkCallFailure) -> Deletion<Obstacle> {
        var (trouble, mayBeDone) = ("", false)
        do throws(ClerkCallFailure) {
            for _ in 0..<MigrationLimits.attempts {
                guard let user = try await users(of: [id]).first(where: { $0.id == id }) else {
                    return mayBeDone ? .deleted : .gone
                }
                if let obstacle = obstacle(user) { return .kept(obstacle) }
                try await turn()
                switch await clerk.delete(id) {
                case .deleted: return .deleted
                case .limited(let seconds): trouble = await wait(seconds)
                case .unclear(let words): (trouble, mayBeDone) = (await wait(after: words), true)
                case .hopeless(let words): throw ClerkCallFailure(words: words)
                }
            }
        } catch {
            throw ClerkCallFailure(words: error.words, mayBeDone: mayBeDone)
        }
        throw ClerkCallFailure(words: trouble, mayBeDone: mayBeDone)
    }

    private func turn() async throws(ClerkCallFailure) {
        do throws(Unavailable) { try await pace.turn() } catch {
            throw ClerkCallFailure(words: "whose turn it is stands in the directory, and \(error)")
        }
    }

    private func wait(_ seconds: Int) async -> String {
        await pace.block(seconds: seconds)
        return "status 429, again and again"
    }

    private func wait(after words: String) async -> String {
        await pace.pause(milliseconds: MigrationLimits.attemptMilliseconds)
        return words
    }
}

/// Clerk gives no answer that a command can go on with.
package struct ClerkCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let words: String
    /// An attempt had no clear answer: what was asked for may have been done, or may be done yet.
    package let mayBeDone: Bool

    package init(words: String, mayBeDone: Bool = false) { (self.words, self.mayBeDone) = (words, mayBeDone) }

    package var description: String { "Clerk cannot be asked: \(words)" }
}
