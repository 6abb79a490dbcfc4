import Crypto
import Emulator
import Fetch
import Files
import Sockets
import Telemetry
import Webhooks

/// `segue webhook send`: one event, signed as Svix signs for Clerk. Exit code 0 means that it was taken.
enum WebhookSend {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let options = Options(&arguments)
        if let end = arguments.finish() { return end }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let client = FetchClient(engine: engine)
        do throws(WebhookFailure) {
            let target = WebhookTarget(url: options.url, secret: try options.signingSecret())
            let content = try await options.event.content(by: client, at: now)
            var report = WebhookReport(id: options.id ?? freshID, content: content)
            let time = now.adding(seconds: -options.ageSeconds)
            let request = try signed(target, report.id, content, at: time)
            if options.isDryRun { return Terminal.say(WebhookReport.text(of: request)) }
            for _ in 0..<options.times {
                do throws(FetchError) { report.add(try await client.send(request)) } catch { report.add(error) }
            }
            Terminal.say(options.json ? report.json : report.text)
            return report.exitCode
        } catch { return Terminal.fail(error.reason, error.code) }
    }

    private struct Options {
        let url: String
        let event: WebhookSource
        let secret: TokenInput.SecretSource
        let id: String?
        let ageSeconds: Int64
        let times: Int
        let isDryRun: Bool
        let json: Bool

        init(_ arguments: inout Arguments) {
            event = WebhookSource(&arguments)
            secret = TokenInput.SecretSource(&arguments, what: "whsec_ secret")
            id = arguments.option("id", "ID", "the message's id, for a delivery that is to look like another one; msg_...")
            ageSeconds = arguments.seconds("age", "say that it was sent so long ago: receivers refuse after five minutes") ?? 0
            times = arguments.number("times", "send it so often, as Svix may", 1...1_000) ?? 1
            isDryRun = arguments.flag("dry-run", "print the request, and send nothing")
            json = arguments.flag("json", "print JSON")
            url = arguments.word("URL", "the receiver")
            arguments.example("segue webhook send --type user.updated --user user_1 http://127.0.0.1:8080/api/webhooks/clerk")
            arguments.example("segue webhook send --file event.json --times 2 --secret-env MY_SECRET http://127.0.0.1:8080/hook")
            if secret.count > 1 { arguments.note("name one of --secret-env and --secret-file") }
            if let id, !id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) || id.isEmpty { arguments.note("--id must be one word") }
        }

        func signingSecret() throws(WebhookFailure) -> WebhookSecret {
            let name = "CLERK_WEBHOOK_SIGNING_SECRET"
            do {
                guard let text = try secret.read() ?? Environment.value(of: name).map({ Secret($0) }) else {
                    throw WebhookFailure("\(name) is not set; name another variable with --secret-env", .precondition)
                }
                return try WebhookSecret(text)
            } catch let error as TokenInputError {
                throw WebhookFailure(error.reason, .precondition)
            } catch let error as WebhookFailure {
                throw error
            } catch {
                throw WebhookFailure("the secret: \(error)", .precondition)
            }
        }
    }

    private static var now: UnixTime { UnixTime(milliseconds: Clock.wallMilliseconds()) }

    private static var freshID: String { "msg_\(Hexadecimal.encode(RandomBytes.make(16)))" }

    private static func signed(_ target: WebhookTarget, _ id: String, _ content: [UInt8], at time: UnixTime) throws(WebhookFailure)
        -> FetchRequest
    {
        do throws(CryptoError) { return try target.request(id: id, content: content, at: time) } catch {
            throw WebhookFailure("the event cannot be signed: \(error)", .failed)
        }
    }
}

/// Why no event was sent, for a person.
struct WebhookFailure: Error {
    let reason: String
    let code: ExitCode

    init(_ reason: String, _ code: ExitCode) { (self.reason, self.code) = (reason, code) }
}
