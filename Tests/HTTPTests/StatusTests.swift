import HTTP
import Testing

@Suite struct StatusTests {
    @Test(arguments: [100, 101, 103, 199, 204, 304] as [UInt16])
    func `some answers have no content`(code: UInt16) { #expect(Status(code).forbidsContent) }

    @Test(arguments: [200, 205, 206, 301, 400, 500] as [UInt16])
    func `others may`(code: UInt16) { #expect(!Status(code).forbidsContent) }

    @Test func `every code has a reason to write`() {
        for code in 100...599 as ClosedRange<UInt16> { #expect(!Status(code).reason.description.isEmpty) }
    }
}
