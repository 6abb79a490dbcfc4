import Authentication

extension UndoPlan {
    /// The steps person by person, in the order of their latest entries, and within each the latest first. Who had the same Clerk user
    /// one after another is one person here: what was done last of either goes first. What is about everybody goes before all, for
    /// links may rest on it.
    package var people: [[Step]] {
        var (everybody, people, places) = ([Step](), [[Step]](), [Subject: Int]())
        for step in steps {
            let subjects = Self.subjects(step.row)
            guard !subjects.isEmpty else {
                everybody.append(step)
                continue
            }
            let found = Set(subjects.compactMap { places[$0] }).sorted()
            let place = found.first ?? people.endIndex
            if place == people.endIndex { people.append([]) }
            for other in found.dropFirst() {
                people[place] += people[other]
                people[other] = []
                for (subject, index) in places where index == other { places[subject] = place }
            }
            people[place].append(step)
            for subject in subjects { places[subject] = place }
        }
        return ([everybody] + people).filter { !$0.isEmpty }.map { $0.sorted { $0.row.id > $1.row.id } }
    }

    private enum Subject: Hashable { case user(UserID), clerkUser(ClerkUserID) }

    private static func subjects(_ row: LedgerRow) -> [Subject] {
        [row.user.map(Subject.user), row.clerkUser.map(Subject.clerkUser)].compactMap(\.self)
    }
}
