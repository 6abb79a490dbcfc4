import Telemetry
import Testing

@Suite struct HTTPDateTests {
    @Test func `a date is read as it is written`() {
        for seconds: Int64 in [0, 784_111_777, 951_782_400, 1_709_164_800, 1_735_689_599, 4_102_444_800, 253_402_300_799] {
            let time = UnixTime(seconds: seconds)
            #expect(UnixTime(httpDate: CalendarTime(time).httpDate) == time)
        }
        #expect(UnixTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == UnixTime(seconds: 784_111_777))
    }

    @Test(arguments: [
        "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 25:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    ])
    func `what is no such date is none`(text: String) { #expect(UnixTime(httpDate: text) == nil) }
}
