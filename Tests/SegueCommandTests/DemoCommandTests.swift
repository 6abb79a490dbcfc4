import Files
import Testing

@testable import SegueCommand

/// What ends before anything is started; `Tests/Integration/test_demo.py` runs the rest.
@Suite struct DemoCommandTests {
    @Test(arguments: [["--keep=yes"], ["--kep"], ["routes.json", "extra"]])
    func `words that make no sense are refused`(words: [String]) {
        var arguments = Arguments("segue demo", "", words)
        #expect(DemoCommand.run(&arguments) == .usage)
    }

    @Test func `settings that are not there end it`() {
        var arguments = Arguments("segue demo", "", ["/nonexistent/routes.json"])
        #expect(DemoCommand.run(&arguments) == .failed)
    }

    @Test func `ids are UUIDs of version 4`() {
        for _ in 0..<100 {
            let parts = UUIDText.fresh().split(separator: "-", omittingEmptySubsequences: false)
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "4" && "89ab".contains(parts[3].first ?? " "))
        }
    }
}
