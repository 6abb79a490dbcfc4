import Testing

@testable import SegueCommand

@Suite struct AuthenticationCountsTests {
    @Test func `credentials that were judged are counted, and of those the bad ones`() {
        let counts = AuthenticationCounts(
            metrics: """
                # TYPE segue_auth_decisions_total counter
                segue_auth_decisions_total{route="a",kind="clerk",outcome="valid"} 6
                segue_auth_decisions_total{route="a",kind="legacy",outcome="absent"} 100
                segue_auth_decisions_total{route="a",kind="legacy",outcome="foreign"} 100
                segue_auth_decisions_total{route="b",kind="legacy",outcome="expired"} 1
                segue_auth_decisions_total{route="b",kind="legacy",outcome="forged"} 1
                segue_auth_decisions_total{route="b",kind="clerk",outcome="unavailable"} 1
                segue_auth_decisions_total{route="b",kind="clerk",outcome="valid"} nonsense
                segue_http_requests_total{route="a",status="2xx"} 1000
                """)
        #expect(counts.attempts == 9 && counts.errors == 3)
        #expect(counts.successRate == 66.67 && counts.errorRate == 33.33)
    }

    @Test(arguments: ["", "\n", "segue_auth_decisions_total 5", "<html>"])
    func `where nobody has tried, nothing is divided by`(metrics: String) {
        let counts = AuthenticationCounts(metrics: metrics)
        #expect(counts.attempts == 0 && counts.successRate == 0 && counts.errorRate == 0)
    }
}
