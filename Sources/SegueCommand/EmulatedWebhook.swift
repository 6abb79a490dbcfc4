internal import Emulator
internal import Files
internal import Telemetry
internal import Webhooks

/// Where `segue emulate` sends its events, and the secret that signs them.
struct EmulatedWebhook {
    private let url: String?
    private let variable: String?
    private let secret: Secret

    init(_ options: EmulateCommand.Options) {
        (url, variable) = (options.webhookURL, options.webhookSecretVariable)
        secret = variable.map { Secret(Environment.value(of: $0) ?? "") } ?? WebhookSecret.fresh()
    }

    func target() throws -> WebhookTarget? {
        guard let url else { return nil }
        do throws(WebhookSecret.Fault) { return WebhookTarget(url: url, secret: try WebhookSecret(secret)) } catch {
            throw TokenInputError(reason: "\(variable ?? "the webhook's secret"): \(error)")
        }
    }

    /// A secret that came from a variable is not printed.
    var environment: [String] {
        guard url != nil else { return [] }
        return [
            variable.map { "# CLERK_WEBHOOK_SIGNING_SECRET is what \($0) holds." }
                ?? "CLERK_WEBHOOK_SIGNING_SECRET=\(secret.exposeText())"
        ]
    }
}
