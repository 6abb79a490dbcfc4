import Settings
import Testing

@testable import Gateway

@Suite struct GoneCrowdTests {
    private let many = FixedLimits.crowdConnections

    @Test func `a crowd has gone when a quarter of it is left, and that is said once`() {
        var crowd = GoneCrowd()
        #expect(
            [many, many / 2, many / 4 + 1, many / 4, many / 4, 0].map { crowd.hasGone(leaving: $0) } == [
                false, false, false, true, false, false,
            ])
    }

    @Test func `few connections are no crowd`() {
        var crowd = GoneCrowd()
        #expect([many - 1, 0].map { crowd.hasGone(leaving: $0) } == [false, false])
    }

    @Test func `what is left of a large one may be a crowd itself, and another may come`() {
        var crowd = GoneCrowd()
        #expect([8 * many, 2 * many, many / 2, many, 0].map { crowd.hasGone(leaving: $0) } == [false, true, true, false, true])
    }
}
