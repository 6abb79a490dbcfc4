package import Crypto
import Authentication
import HTTP
import HTTP1
import HTTPServer
import Identity
import Migration
import Settings
import Sockets
import Telemetry
package import Webhooks

/// `clerk.webhooks` as one worker has it.
struct WebhookReceiver {
    let verifier: WebhookVerifier
    /// `nil` without a directory: then there is nobody to act.
    let messages: ClerkMessages?
    let isForwarded: Bool
}

extension Plan {
    /// Throws for a secret that is none, which is found before a plan is published.
    package func webhookVerifier() throws(CryptoError) -> WebhookVerifier? {
        guard let settings = settings.clerk?.webhooks else { return nil }
        var secrets: [WebhookSecret] = []
        for secret in settings.secrets {
            do throws(WebhookSecret.Fault) { secrets.append(try WebhookSecret(secret)) } catch { throw .invalidEncoding }
        }
        return try WebhookVerifier(secrets)
    }

    func webhookReceiver(_ linker: Linker?) throws(CryptoError) -> WebhookReceiver? {
        guard let verifier = try webhookVerifier() else { return nil }
        var messages: ClerkMessages?
        if let log = services.messages, let directory = services.directory { messages = ClerkMessages(log, directory, linker) }
        return WebhookReceiver(verifier: verifier, messages: messages, isForwarded: settings.clerk?.webhooks?.tee ?? false)
    }
}

extension Conversation {
    /// Takes one event: signature first, then what it says; 2xx only when all that it brings about is committed. Whatever else is
    /// answered, Clerk sends it again.
    /// - Returns: the content, where the origin gets the event as well.
    func receiveWebhook(_ head: RequestHead, _ generation: Generation) async throws(Refusal) -> [UInt8]? {
        guard head.method == .post else { throw .methodNotAllowed("POST") }
        guard let receiver = generation.webhooks else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        let content = try await hold(head, bytesMax: FixedLimits.webhookBytes, seconds: FixedLimits.webhookSeconds)
        let message = try read(content, head, receiver)
        let outcome = try await act(on: message, receiver, generation)
        if receiver.isForwarded { return content }
        var answer = ClaimWriter()
        answer.add("status", "success")
        answer.add("outcome", outcome)
        await self.answer(.ok, "application/json", answer.bytes)
        return nil
    }

    private func read(_ content: [UInt8], _ head: RequestHead, _ receiver: WebhookReceiver) throws(Refusal) -> ClerkMessage {
        let now = UnixTime(milliseconds: worker.loop.wallMilliseconds)
        let verified: VerifiedWebhook
        do throws(WebhookFault) {
            verified = try receiver.verifier.verify(WebhookFields(head.section), content, at: now)
        } catch {
            worker.counters.count(webhook: "(unverified)", "refused")
            throw .webhook(error)
        }
        do throws(ClerkMessage.Fault) { return try ClerkMessage(verified) } catch {
            worker.counters.count(webhook: "(unread)", "refused")
            throw .unreadWebhook(member: error.member)
        }
    }

    private func act(
        on message: ClerkMessage, _ receiver: WebhookReceiver, _ generation: Generation
    ) async throws(Refusal) -> String {
        account.webhook = Account.Webhook(id: message.id, type: message.type)
        let now = UnixTime(milliseconds: worker.loop.wallMilliseconds)
        do throws(MessageFailure) {
            guard let messages = receiver.messages else {
                throw MessageFailure(refusal: .unavailable(retryAfterSeconds: 30), reason: "there is no directory")
            }
            let outcome = try await messages.handle(
                message, isLinkingOpen: generation.plan.ownPages.isLinkingOpen,
                requestID: String(decoding: account.requestID, as: UTF8.self), at: now)
            account.webhook?.outcome = outcome.word
            account.webhook?.reason = outcome.reason
            worker.counters.count(webhook: message.type, outcome.word)
            if let happened = message.time {
                worker.counters.webhookLag.record(microseconds: max(0, now.milliseconds - happened.milliseconds) * 1000)
            }
            return outcome.word
        } catch {
            account.webhook?.reason = error.reason
            worker.counters.count(webhook: message.type, "failed")
            throw .identity(error.refusal)
        }
    }
}

extension WebhookFields {
    /// Svix's names, which Clerk uses; those of the specification where none of these is there. Never one of each.
    init(_ section: FieldSection) {
        self.init()
        for prefix in ["svix-", "webhook-"] {
            ids = section.values(named: prefix + "id")
            timestamps = section.values(named: prefix + "timestamp")
            signatures = section.values(named: prefix + "signature")
            guard ids.isEmpty, timestamps.isEmpty, signatures.isEmpty else { return }
        }
    }
}

extension FieldSection {
    fileprivate func values(named name: String) -> [String] {
        lines.filter { $0.known == .other && equalsIgnoringCase($0.name, name) }.map { string($0.value) }
    }
}
