import Authentication
import Telemetry
import Testing
import Webhooks

@testable import Migration

@Suite struct ClerkMessageTests {
    /// As the only way there is to have one: signed, and verified.
    private func message(_ content: String) throws -> Result<ClerkMessage, ClerkMessage.Fault> {
        let secret = try WebhookSecret(WebhookSecret.fresh())
        var fields = WebhookFields()
        let signature = try secret.signature(id: "msg_1", seconds: 1_700_000_000, content: Array(content.utf8))
        (fields.ids, fields.timestamps, fields.signatures) = (["msg_1"], ["1700000000"], [signature])
        let verified = try WebhookVerifier([secret]).verify(fields, Array(content.utf8), at: UnixTime(seconds: 1_700_000_000))
        return Result { () throws(ClerkMessage.Fault) in try ClerkMessage(verified) }
    }

    private func user(_ members: String, type: String = "user.updated") throws -> ToldUser? {
        let message = try message(
            #"{"object":"event","type":"\#(type)","timestamp":1700000000123,"data":{"object":"user","id":"user_1",\#(members)}}"#
        ).get()
        if case .user(let user) = message.event { return user }
        return nil
    }

    private func address(_ address: String, _ status: String, _ strategy: String = "email_code") -> String {
        """
        "updated_at":1700000000001,"primary_email_address_id":"idn_1","email_addresses":[
        {"id":"idn_0","email_address":"second@example.com","verification":{"status":"verified","strategy":"email_code"}},
        {"id":"idn_1","email_address":"\(address)","verification":{"status":"\(status)","strategy":"\(strategy)"}}]
        """
    }

    @Test func `created and updated users are told alike`() throws {
        for type in ["user.created", "user.updated"] {
            let user = try #require(
                try user(
                    address("ada@example.com", "verified") + #","first_name":"Ada","last_name":null,"banned":true"#, type: type))
            #expect(user.id == ClerkUserID("user_1"))
            #expect(user.updated == UnixTime(milliseconds: 1_700_000_000_001))
            #expect(user.email == "ada@example.com")
            #expect(user.firstName == "Ada")
            #expect(user.lastName == nil)
            #expect(user.isBanned)
        }
    }

    @Test func `an address that is not proved is not told`() throws {
        #expect(try user(address("ada@example.com", "unverified"))?.email == nil)
        #expect(try user(address("ada@example.com", "verified", "admin"))?.email == nil)
        #expect(try user(address("ada+clerk_test@example.com", "verified"))?.email == nil)
        #expect(try user(address("ädä@example.com", "verified"))?.email == nil)
        #expect(try user(#""updated_at":1,"primary_email_address_id":null,"email_addresses":[]"#)?.email == nil)
    }

    @Test func `times come in seconds and in milliseconds, and the event's own stands in for the user's`() throws {
        #expect(try user(#""updated_at":1700000000"#)?.updated == UnixTime(seconds: 1_700_000_000))
        #expect(try user(#""updated_at":null"#)?.updated == UnixTime(milliseconds: 1_700_000_000_123))
    }

    @Test func `deleted users and ended sessions are told by their ids`() throws {
        let deleted = try message(#"{"type":"user.deleted","data":{"object":"user","id":"user_1","deleted":true}}"#).get()
        #expect(deleted.event == .userDeleted(ClerkUserID("user_1")))
        #expect(deleted.time == nil)
        for type in ["session.revoked", "session.ended", "session.removed"] {
            let ended = try message(#"{"type":"\#(type)","data":{"id":"sess_1","user_id":"user_1"}}"#).get()
            #expect(ended.event == .sessionOver(ClerkSessionID("sess_1")))
            #expect(ended.type == type)
        }
    }

    @Test(arguments: ["session.created", "email.created", "organization.deleted", "user.Deleted", "", "something.new"])
    func `everything else is of no concern, and is counted under one word`(type: String) throws {
        let other = try message(#"{"type":"\#(type)","data":null}"#).get()
        #expect(other.event == .other)
        #expect(other.type == "other")
    }

    @Test(arguments: [
        ("", "(not JSON)"), ("[]", "type"), ("{}", "type"), (#"{"type":1}"#, "type"),
        (#"{"type":"user.deleted","type":"x"}"#, "(not JSON)"),
        (#"{"type":"user.deleted"}"#, "data.id"), (#"{"type":"user.deleted","data":{"id":null}}"#, "data.id"),
        (#"{"type":"user.deleted","data":{"id":"org_1"}}"#, "data.id"),
        (#"{"type":"session.ended","data":{"id":"user_1"}}"#, "data.id"),
        (#"{"type":"user.updated","data":{"id":"user_1"}}"#, "data.updated_at"),
        (#"{"type":"user.updated","data":{"id":"user_1","updated_at":-1}}"#, "data.updated_at"),
    ])
    func `what is not as published is refused by the name of the member`(content: String, member: String) throws {
        #expect(try message(content) == .failure(ClerkMessage.Fault(member: member)))
    }
}
