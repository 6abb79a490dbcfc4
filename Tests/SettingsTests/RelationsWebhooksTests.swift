import Settings
import Testing

/// What `clerk.webhooks` needs, and what needs it.
@Suite("Relations+Webhooks") struct RelationsWebhooksTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The sample with webhooks, and with texts in the place of others.
    private func load(_ webhooks: String, _ changes: [(String, String)] = []) throws -> LoadedSettings {
        var text = Sample.text.replacing(
            #""authorizedParties": ["https://app.example.com"]"#,
            with:
                #""authorizedParties": ["https://app.example.com"], "webhooks": {"path": "/hooks/clerk", "secrets": ["\#(Self.secret)"]\#(webhooks)}"#
        )
        for (old, new) in changes {
            #expect(text.contains(old))
            text = text.replacing(old, with: new)
        }
        return try Sample.load(text)
    }

    private func problem(_ webhooks: String, _ changes: [(String, String)] = []) -> String {
        do {
            return try load(webhooks, changes).warnings.map { "\($0)" }.joined(separator: "\n")
        } catch { return "\(error)" }
    }

    private let linking = #""linking": { "legacyEmail": "trusted" }"#

    @Test func `webhooks with a directory and a key are complete`() throws {
        let changed = (
            linking,
            #""linking": {"legacyEmail": "trusted", "unknown": "provision", "provisionOn": "webhook", "afterDelete": "remove"}, "provision": {"id": "uuid"}, "sync": ["email", "email"]"#
        )
        let directory = try #require(try load(#", "tee": true"#, [changed]).settings.directory)
        #expect(directory.linking.provisionOn == .webhook && directory.linking.afterDelete == .remove)
        #expect(directory.sync == [.email])
        #expect(problem(#", "tee": true"#, [changed]) == "")
    }

    @Test func `a row is made of what Clerk is asked, so that its key is needed`() {
        let changed = (
            linking,
            #""linking": {"legacyEmail": "trusted", "unknown": "provision", "provisionOn": "webhook"}, "provision": {"id": "clerk"}"#
        )
        let keyless = [
            changed, (#""secretKey": "${CLERK_SECRET_KEY}","#, ""), (#""clerkUserId": "clerk_user_id""#, #""clerkUserId": "id""#),
        ]
        var environment = Sample.environment
        environment["CLERK_SECRET_KEY"] = nil
        #expect(problem("", keyless) == "", "the environment has it")
        #expect { try Sample.load(text(keyless), environment) } throws: { "\($0)".contains("because of provisionOn") }
    }

    private func text(_ changes: [(String, String)]) -> String {
        let webhooks = #""webhooks": {"path": "/hooks/clerk", "secrets": ["\#(Self.secret)"]}, "authorizedParties""#
        return changes.reduce(Sample.text.replacing(#""authorizedParties""#, with: webhooks)) { $0.replacing($1.0, with: $1.1) }
    }

    @Test func `there is no link to take away where the id is Clerk's`() {
        let changes = [
            (linking, #""linking": {"legacyEmail": "trusted", "afterDelete": "unlink"}"#),
            (#""clerkUserId": "clerk_user_id""#, #""clerkUserId": "id""#),
        ]
        #expect(problem("", changes).contains("afterDelete"))
    }

    @Test func `two pages of our own have two paths`() {
        let changed = (linking, #""linking": {"legacyEmail": "trusted", "confirmation": "/hooks/clerk"}"#)
        #expect(problem("", [changed]).contains("the path of directory.linking.confirmation"))
    }

    @Test func `a key that waits for webhooks says so without them`() throws {
        for (key, json) in [("directory.sync", #"["email"]"#), ("directory.linking.afterDelete", #""remove""#)] {
            let warnings = try Sample.load(Sample.changing(key, to: json)).warnings.map { "\($0)" }
            #expect(warnings.count == 1 && warnings[0].contains("\(key): found a key without effect"))
        }
    }

    @Test(arguments: [
        (#"{ "path": "/*" }, "origin": "api", "mode": "observe""#, true),
        (#"{ "path": "/hooks/{name}" }, "origin": "api", "mode": "public""#, true),
        (#"{ "path": "/hooks/clerk/*", "methods": ["POST"] }, "origin": "api", "mode": "public""#, true),
        (#"{ "path": "/hooks/clerk", "methods": ["GET"] }, "origin": "api", "mode": "public""#, false),
        (#"{ "path": "/hooks/{a}/{b}" }, "origin": "api", "mode": "public""#, false),
        (#"{ "path": "/hooks/*" }, "origin": "api", "mode": "dual""#, false),
    ])
    func `an event that goes on needs a route that asks for nothing`(route: String, isTaken: Bool) {
        let changed = (#"{ "path": "/*" }, "origin": "api", "mode": "observe""#, route)
        #expect(problem(#", "tee": true"#, [changed]).contains("takes POST /hooks/clerk") == !isTaken)
    }
}
