import Telemetry
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "1994-11-06T08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT"),  // RFC 9110 §5.6.7's own example.
        (951_782_400, "2000-02-29T00:00:00", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399, "2100-02-28T23:59:59", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (-1, "1969-12-31T23:59:59", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func `seconds become a date`(seconds: Int64, rfc3339: String, httpDate: String) {
        let time = CalendarTime(UnixTime(seconds: seconds))
        #expect(time.rfc3339 == rfc3339)
        #expect(time.httpDate == httpDate)
    }

    @Test func `milliseconds keep their leading zeros`() {
        #expect(UnixTime(milliseconds: 1007).rfc3339 == "1970-01-01T00:00:01.007Z")
    }
}
