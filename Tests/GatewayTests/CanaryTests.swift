import Authentication
import Settings
import Testing

@testable import Gateway

@Suite struct CanaryTests {
    private func canary(_ percent: Int, route name: String = "posts", mode: Mode = .clerk, base: Mode = .dual) -> Canary? {
        var route = Route(name: name, match: .init(host: nil, path: "/", methods: []), origin: nil, mode: base)
        route.canary = .init(mode: mode, percent: percent)
        return Canary(route)
    }

    private let users = (0..<20_000).map { UserID(String($0)) }

    @Test func `raising the share moves nobody out`() {
        var before: Set<UserID> = []
        for percent in [1, 5, 25, 50, 99, 100] {
            let now = Set(users.filter { canary(percent)?.includes($0) ?? false })
            #expect(before.isSubset(of: now))
            let share = Double(now.count) / Double(users.count) * 100
            #expect(abs(share - Double(percent)) < 1.5, "\(percent) % came to \(share) %")
            before = now
        }
        #expect(before.count == users.count)
    }

    /// Written down, because replicas of another version, and the next one, must choose the same people.
    @Test func `who is in the sample hangs on the route and the id alone`() {
        let chosen = (1...200).filter { canary(5)?.includes(UserID(String($0))) ?? false }
        #expect(chosen == [50, 57, 73, 74, 89, 165, 176])
    }

    @Test func `routes have samples of their own`() {
        let one = users.filter { canary(10)?.includes($0) ?? false }
        let other = Set(users.filter { canary(10, route: "chats")?.includes($0) ?? false })
        #expect(one.count { other.contains($0) } < one.count / 4)
    }

    @Test func `nobody is held where it would change nothing`() {
        #expect(canary(0) == nil && canary(50, mode: .dual) == nil && canary(50, base: .observe) == nil)
    }
}
