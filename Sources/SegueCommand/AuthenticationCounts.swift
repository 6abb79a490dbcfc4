internal import Fetch
internal import Settings

/// What the credentials of all requests came to since the gateway on this machine began, by its own metrics: credentials that were
/// judged, and those of them that were not good or could not be checked.
struct AuthenticationCounts: Sendable, Hashable {
    private(set) var attempts: Int64 = 0
    private(set) var errors: Int64 = 0

    /// `nil` where no gateway answers.
    static func ask(_ settings: Settings) async -> AuthenticationCounts? {
        guard let answer = await RunningRoutes.answer(to: "/metrics", settings) else { return nil }
        return AuthenticationCounts(metrics: String(decoding: answer.content, as: UTF8.self))
    }

    /// Of the text that Prometheus reads. A request without a credential is no attempt.
    init(metrics: String) {
        for line in metrics.split(separator: "\n") where line.hasPrefix("segue_auth_decisions_total{") {
            guard let count = line.split(separator: " ").last.flatMap({ Int64($0) }) else { continue }
            func isOutcome(_ word: String) -> Bool { line.contains("outcome=\"\(word)\"") }
            if isOutcome("absent") || isOutcome("foreign") { continue }
            attempts += count
            if !isOutcome("valid") { errors += count }
        }
    }

    /// Percentages with two decimals; 0 where nobody has tried.
    var successRate: Double { rate(attempts - errors) }
    var errorRate: Double { rate(errors) }

    private func rate(_ count: Int64) -> Double {
        attempts == 0 ? 0 : (Double(count) / Double(attempts) * 10_000).rounded() / 100
    }
}
