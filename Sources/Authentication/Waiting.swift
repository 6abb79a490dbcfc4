import Telemetry

/// What a pass over the credentials cannot answer from memory. Thrown out of the pass, asked of the world, answered into
/// `Answers`; then the pass begins again. So there is one path of judgement, and it never waits.
enum Question: Error {
    case keys
    case session(entry: Int, credential: Int)
    case standing(entry: Int, LegacyClaim)
}

/// What the world has said to one request, made when it has. Each question is asked once, so that a request makes only so
/// many passes.
final class Answers {
    enum Keys { case notAsked, fetched, limited(retryAfterSeconds: Int), unavailable }

    var keys = Keys.notAsked
    private var sessions: [(entry: Int, credential: Int, user: Result<UserID?, Unavailable>)] = []
    private var standings: [(entry: Int, claim: LegacyClaim, standing: Result<LegacyStanding, Unavailable>)] = []

    func add(session user: Result<UserID?, Unavailable>, entry: Int, credential: Int) {
        sessions.append((entry, credential, user))
    }

    func add(standing: Result<LegacyStanding, Unavailable>, entry: Int, of claim: LegacyClaim) {
        standings.append((entry, claim, standing))
    }

    func session(entry: Int, credential: Int) -> Result<UserID?, Unavailable>? {
        sessions.first { $0.entry == entry && $0.credential == credential }?.user
    }

    func standing(entry: Int, of claim: LegacyClaim) -> Result<LegacyStanding, Unavailable>? {
        standings.first { $0.entry == entry && $0.claim == claim }?.standing
    }

    var retryAfterSeconds: Int {
        if case .limited(let seconds) = keys { seconds } else { AuthenticationLimits.retryAfterSeconds }
    }
}
