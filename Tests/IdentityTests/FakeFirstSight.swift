import Authentication
import Identity
import Telemetry

/// Answers as told, and remembers which old credential came along.
final class FakeFirstSight: FirstSight {
    private let answer: Result<DirectoryUser, IdentityRefusal>
    private(set) var beside: [String] = []
    /// What happens while the link is made.
    var meanwhile: () -> Void = {}

    init(_ answer: Result<DirectoryUser, IdentityRefusal>) { self.answer = answer }

    func row(
        for session: ClerkSubject, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        beside.append(legacy.validSubject?.user.text ?? "-")
        meanwhile()
        return try answer.get()
    }
}
