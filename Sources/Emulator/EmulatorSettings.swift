package import Telemetry

package struct EmulatorSettings: Sendable {
    /// Whose limits are in force.
    package enum Instance: String, CaseIterable, Sendable {
        case development, production
    }

    /// The claim `iss`, and where the key set is: `http://127.0.0.1:9100`.
    package var issuer: String
    package var secretKey: Secret
    /// The claim `azp` of tokens: the front end's origin.
    package var origin: String?
    /// PEM; a fresh key is made without it.
    package var signingKey: Secret?
    /// None unless a test or a developer asks for them.
    package var limits: Instance?
    package var webhook: WebhookTarget?

    package init(
        issuer: String, secretKey: Secret, origin: String?, signingKey: Secret? = nil, limits: Instance? = nil,
        webhook: WebhookTarget? = nil
    ) {
        (self.issuer, self.secretKey, self.origin, self.signingKey) = (issuer, secretKey, origin, signingKey)
        (self.limits, self.webhook) = (limits, webhook)
    }
}
