import Telemetry
import Testing

@Suite struct MetricsTextTests {
    @Test func `a label value cannot end its quotes`() {
        var text = MetricsText()
        text.sample("x", [("route", "a\"} 1\nb\\")], 1)
        #expect(text.text == #"x{route="a\"} 1\nb\\"} 1"# + "\n")
    }

    @Test func `buckets are cumulative and end at infinity`() {
        var histogram = Histogram()
        histogram.record(microseconds: 400)
        histogram.record(microseconds: 2_000)
        histogram.record(microseconds: 60_000_000)
        var text = MetricsText()
        text.histogram("d", [], histogram)
        #expect(text.text.contains("d_bucket{le=\"0.0005\"} 1\n"))
        #expect(text.text.contains("d_bucket{le=\"0.0025\"} 2\n"))
        #expect(text.text.contains("d_bucket{le=\"+Inf\"} 3\n"))
        #expect(text.text.contains("d_sum 60.0024\n"))
    }
}
