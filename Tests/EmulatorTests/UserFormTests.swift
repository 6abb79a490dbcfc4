import HTTP
import JSON
import Testing

@Suite struct UserFormTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    private static let bcrypt = "$2b$12$" + String(repeating: "a", count: 53)

    @Test func `a user with every documented field is created, with 200`() async throws {
        let reply = await clerk.call(
            .post, "/v1/users",
            #"""
            {"external_id":"42","first_name":"Ada","last_name":"Lovelace","locale":"en-GB","email_address":["ada@example.com","a2@example.com"],
             "email_address_identification_status":["verified","reserved"],"phone_number":["+491701234567"],
             "phone_number_identification_status":["verified"],"web3_wallet":["0xabc"],"username":"ada","password_digest":"\#(Self.bcrypt)",
             "password_hasher":"bcrypt","skip_password_checks":true,"skip_password_requirement":true,"totp_secret":"JBSWY3DPEHPK3PXP",
             "backup_codes":["123456"],"public_metadata":{"plan":"pro"},"private_metadata":{"a":{"b":1}},"unsafe_metadata":{},
             "delete_self_enabled":false,"legal_accepted_at":"2020-01-01T00:00:00Z","skip_legal_checks":true,"skip_user_requirement":false,
             "create_organization_enabled":false,"create_organizations_limit":3,"created_at":"2012-10-20T07:15:20.902Z",
             "bypass_client_trust":true,"banned":true,"locked":true}
            """#)
        #expect(reply.status == 200)
        let user = reply.json
        #expect(user["id"]?.string?.wholeMatch(of: /user_\w{27}/) != nil)
        #expect(user["object"]?.string == "user" && user["external_id"]?.string == "42" && user["username"]?.string == "ada")
        #expect(user["created_at"]?.int64 == 1_350_717_320_902)
        #expect(user["updated_at"]?.int64 == 1_800_000_000_000)
        let addresses = try #require(user["email_addresses"]?.array)
        #expect(addresses.map { $0["email_address"]?.string } == ["ada@example.com", "a2@example.com"])
        #expect(addresses[0]["id"]?.string == user["primary_email_address_id"]?.string)
        #expect(
            addresses[0]["verification"]?["status"]?.string == "verified"
                && addresses[0]["verification"]?["strategy"]?.string == "admin")
        #expect(addresses[1]["reserved"]?.bool == true && addresses[1]["verification"]?.isNull == true)
        #expect(
            user["password_enabled"]?.bool == true && user["totp_enabled"]?.bool == true
                && user["backup_code_enabled"]?.bool == true)
        #expect(user["banned"]?.bool == true && user["locked"]?.bool == true && user["bypass_client_trust"]?.bool == true)
        #expect(user["private_metadata"]?["a"]?["b"]?.int64 == 1)
        #expect(user["delete_self_enabled"]?.bool == false && user["create_organizations_limit"]?.int64 == 3)
        let again = await clerk.call(.get, "/v1/users/\(user["id"]?.string ?? "")")
        #expect(again.json == user)
    }

    @Test(arguments: [
        (#"{"email_address":["a@example.com"],"emial":"x"}"#, "form_param_unknown", "emial"),
        (#"{"email_address":["a@example.com"],"id":"user_1"}"#, "form_param_unknown", "id"),
        (#"{"email_address":"a@example.com"}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":[1]}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":["a"]}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":["a@"]}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":["a b@c"]}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":["a@b@c"]}"#, "form_param_format_invalid", "email_address"),
        (#"{"email_address":["a@c","A@c"]}"#, "form_param_duplicate", "email_address"),
        (
            #"{"email_address":["a@c"],"email_address_identification_status":["verified","reserved"]}"#,
            "form_param_array_length_mismatch",
            "email_address_identification_status"
        ),
        (
            #"{"email_address":["a@c"],"email_address_identification_status":["unverified"]}"#, "form_param_value_invalid",
            "email_address_identification_status"
        ),
        (#"{"phone_number":["0170"]}"#, "form_param_format_invalid", "phone_number"),
        (#"{"username":5}"#, "form_param_format_invalid", "username"),
        (#"{"email_address":["a@c"],"password":"short"}"#, "form_password_length_too_short", "password"),
        (#"{"email_address":["a@c"],"password_digest":"x"}"#, "form_param_missing", "password_hasher"),
        (#"{"email_address":["a@c"],"password_hasher":"bcrypt"}"#, "form_param_missing", "password_digest"),
        (
            #"{"email_address":["a@c"],"password_digest":"x","password_hasher":"bcrypt"}"#, "form_password_digest_invalid_code",
            "password_digest"
        ),
        (
            #"{"email_address":["a@c"],"password_digest":"x","password_hasher":"rot13"}"#, "form_param_value_invalid",
            "password_hasher"
        ),
        (#"{"email_address":["a@c"],"created_at":"2012-10-20"}"#, "form_param_invalid_time", "created_at"),
        (#"{"email_address":["a@c"],"created_at":1350717320902}"#, "form_param_format_invalid", "created_at"),
        (#"{"email_address":["a@c"],"created_at":"2099-10-20T00:00:00Z"}"#, "form_disallow_future_date", "created_at"),
        (#"{"email_address":["a@c"],"public_metadata":[]}"#, "form_param_format_invalid", "public_metadata"),
        (#"{"email_address":["a@c"],"banned":"true"}"#, "form_param_format_invalid", "banned"),
        (#"{"email_address":["a@c"],"totp_secret":"1"}"#, "invalid_totp_secret_code", "totp_secret"),
        (#"{"email_address":["a@c"],"create_organizations_limit":-1}"#, "form_param_value_invalid", "create_organizations_limit"),
        (#"{"first_name":"Ada"}"#, "form_data_missing", "email_address"),
        ("", "form_data_missing", "email_address"),
    ])
    func `a field that is wrong is 422 with its code and its name`(content: String, code: String, parameter: String) async {
        let reply = await clerk.call(.post, "/v1/users", content)
        #expect(reply.status == 422)
        #expect(reply.codes == [code])
        #expect(reply.parameters == [parameter])
        #expect(reply.json["clerk_trace_id"]?.string?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
    }

    @Test(arguments: ["{", "[]", "1", "null", #"{"username":"a","username":"b"}"#])
    func `content that is no object is 400`(content: String) async {
        #expect(await clerk.call(.post, "/v1/users", content).status == 400)
    }

    @Test(arguments: [
        (#"{"email_address":["ADA@example.com"]}"#, "email_address"), (#"{"username":"Ada"}"#, "username"),
        (#"{"username":"x","external_id":"42"}"#, "external_id"), (#"{"phone_number":["+491701234567"]}"#, "phone_number"),
    ])
    func `what somebody has nobody else gets`(content: String, parameter: String) async throws {
        let id = try await clerk.user(
            #"{"external_id":"42","username":"ada","email_address":["ada@example.com"],"phone_number":["+491701234567"]}"#)
        let reply = await clerk.call(.post, "/v1/users", content)
        #expect(reply.status == 422 && reply.codes == ["form_identifier_exists"] && reply.parameters == [parameter])
        _ = await clerk.call(.delete, "/v1/users/\(id)")
        #expect(await clerk.call(.post, "/v1/users", content).status == 200)
    }

    @Test func `all faults of a form are named at once`() async {
        let reply = await clerk.call(.post, "/v1/users", #"{"x":1,"username":true,"banned":1}"#)
        #expect(Set(reply.parameters) == ["x", "username", "banned"])
    }

    @Test func `a change sets what it names, and null takes away`() async throws {
        let id = try await clerk.user(#"{"username":"ada","external_id":"1","first_name":"Ada","email_address":["a@c","b@c"]}"#)
        let before = await clerk.call(.get, "/v1/users/\(id)")
        let second = before.json["email_addresses"]?.array?[1]["id"]?.string ?? ""
        clerk.advance(5)
        let reply = await clerk.call(
            .patch, "/v1/users/\(id)",
            #"{"external_id":"2","first_name":null,"username":"","primary_email_address_id":"\#(second)"}"#)
        #expect(reply.status == 200)
        #expect(
            reply.json["external_id"]?.string == "2" && reply.json["first_name"]?.isNull == true
                && reply.json["username"]?.isNull == true)
        #expect(reply.json["primary_email_address_id"]?.string == second)
        #expect(reply.json["updated_at"]?.int64 == 1_800_000_005_000)
        #expect(await clerk.call(.post, "/v1/users", #"{"username":"ada"}"#).status == 200, "the name is free again")
    }

    @Test func `only a verified address becomes primary`() async throws {
        let id = try await clerk.user(
            #"{"email_address":["a@c","b@c"],"email_address_identification_status":["verified","reserved"]}"#)
        let second = await clerk.call(.get, "/v1/users/\(id)").json["email_addresses"]?.array?[1]["id"]?.string ?? ""
        #expect(await clerk.call(.patch, "/v1/users/\(id)", #"{"primary_email_address_id":"\#(second)"}"#).status == 422)
        #expect(
            await clerk.call(.patch, "/v1/users/\(id)", #"{"primary_email_address_id":"idn_none"}"#).codes == ["resource_not_found"]
        )
    }

    @Test func `since 2026-05-12 a change takes no metadata, before it did`() async throws {
        let id = try await clerk.user(#"{"username":"ada"}"#)
        let content = #"{"public_metadata":{"a":1}}"#
        #expect(await clerk.call(.patch, "/v1/users/\(id)", content).codes == ["form_param_unknown"])
        #expect(
            await clerk.call(.patch, "/v1/users/\(id)", content, version: "2025-11-10").json["public_metadata"]?["a"]?.int64 == 1)
    }

    @Test func `metadata is merged by PATCH and replaced by PUT`() async throws {
        let id = try await clerk.user(#"{"username":"ada","public_metadata":{"a":{"x":1,"y":2},"b":1}}"#)
        let merged = await clerk.call(
            .patch, "/v1/users/\(id)/metadata", #"{"public_metadata":{"a":{"x":null,"z":{"q":null,"r":3}},"b":2}}"#)
        #expect(merged.json["public_metadata"] == (try JSONValue(parsing: Array(#"{"a":{"y":2,"z":{"r":3}},"b":2}"#.utf8))))
        let replaced = await clerk.call(.put, "/v1/users/\(id)/metadata", #"{"public_metadata":{"c":1}}"#)
        #expect(replaced.json["public_metadata"] == (try JSONValue(parsing: Array(#"{"c":1}"#.utf8))))
        #expect(await clerk.call(.put, "/v1/users/\(id)/metadata", #"{"metadata":{}}"#).codes == ["form_param_unknown"])
    }
}
