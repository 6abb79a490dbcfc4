import Settings
import Testing

@testable import Gateway

@Suite struct GoneCrowdTests {
    private let many = FixedLimits.crowdConnections

    private func said(_ open: Int...) -> [Bool] {
        var crowd = GoneCrowd()
        return open.map { crowd.hasGone(leaving: $0) }
    }

    @Test func `a crowd has gone when a quarter of it is left, and that is said once`() {
        let told = said(many, many / 2, many / 4 + 1, many / 4, many / 4, many / 4, 0, 0)
        #expect(told == [false, false, false, false, true, false, false, false])
    }

    @Test func `the last of it are waited for`() {
        #expect(said(8 * many, many, many / 2, 3, 3, 3) == [false, false, false, false, true, false])
    }

    @Test func `few connections are no crowd`() {
        #expect(said(many - 1, 0, 0) == [false, false, false])
    }

    @Test func `what is left of a large one may be a crowd itself, and another may come`() {
        let told = said(8 * many, 2 * many, 2 * many, many / 2, many / 2, many, 0, 0)
        #expect(told == [false, false, true, false, true, false, false, true])
    }
}
