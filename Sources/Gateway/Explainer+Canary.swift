import Authentication
import Identity
import Settings

// What a canary makes of it, after the route's own mode.
extension Explainer {
    /// `nil` where the route's own mode lets nobody in, or nobody in a sample.
    func canaryVerdict(
        _ question: Question, _ index: Int, hiding credentials: [CredentialReport]
    ) async -> Explanation.CanaryVerdict? {
        // One generation for both: the link that the route's own mode makes is one that the canary finds.
        guard let canary = Canary(settings.routes[index]), let generation = try? generation(settings),
            let callers = generation.callers
        else { return nil }
        let route = generation.plan.routes[index]
        guard let own = try? await pass(in: route.mode, question, route, generation), let caller = own.resolution?.caller else {
            return nil
        }
        if case .provision? = intention() { return .unknown(canary.mode) }
        guard canary.includes(caller.user) else { return nil }
        let requirement = requirement(canary.mode, route, question)
        switch await canary.judge(question.head, as: requirement, generation.authenticator, callers, at: now) {
        case .unlinked: return .abstains(canary.mode)
        case .refused(let refusal, _): return .decides(canary.mode, .refused(refusal))
        case .passed(let evidence, let resolution):
            let passed = Passed(evidence: evidence, resolution: resolution)
            do throws(Refusal) {
                return .decides(canary.mode, try await forwarded(passed, question, route, generation, hiding: credentials))
            } catch {
                return .decides(canary.mode, .refused(error))
            }
        }
    }
}
