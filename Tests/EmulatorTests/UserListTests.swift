import HTTP
import JSON
import Testing

@Suite struct UserListTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    /// Five users, a second apart; their ids in the order of creation.
    private func five() async throws -> [String] {
        var ids: [String] = []
        for (index, name) in ["eve", "bob", "ada", "dan", "cat"].enumerated() {
            ids.append(
                try await clerk.user(
                    #"{"username":"\#(name)","external_id":"\#(index)","email_address":["\#(name)@example.com"],"first_name":"\#(name.uppercased())"}"#
                ))
            clerk.advance(1)
        }
        return ids
    }

    private func list(_ query: String) async -> [String] { await clerk.call(.get, "/v1/users?\(query)").ids }

    @Test func `newest first, ten at a time, a bare array`() async throws {
        let ids = try await five()
        #expect(await clerk.call(.get, "/v1/users").ids == ids.reversed())
        #expect(await list("limit=2") == [ids[4], ids[3]])
        #expect(await list("limit=2&offset=2") == [ids[2], ids[1]])
        #expect(await list("offset=9") == [])
    }

    @Test func `a cursor walks the pages to the end, in either direction`() async throws {
        let ids = try await five()
        #expect(await list("limit=2&starting_after=\(ids[3])") == [ids[2], ids[1]])
        #expect(await list("limit=2&starting_after=\(ids[1])") == [ids[0]])
        #expect(await list("order_by=created_at&limit=2&starting_after=\(ids[1])") == [ids[2], ids[3]])
        #expect(await list("order_by=%2Bcreated_at&limit=2") == [ids[0], ids[1]])
        #expect(await list("starting_after=\(ids[0])") == [])
    }

    @Test(arguments: [
        ("limit=0", UInt16(422)), ("limit=501", 422), ("limit=x", 422), ("offset=-1", 422), ("order_by=password", 422),
        ("starting_after=user_none", 404), ("order_by=username&starting_after=user_none", 422),
        ("offset=1&starting_after=user_none", 422),
        ("banned=yes", 422), ("created_at_after=x", 422),
    ])
    func `a parameter that makes no sense is refused`(query: String, status: UInt16) async {
        #expect(await clerk.call(.get, "/v1/users?\(query)").status == status)
    }

    @Test func `more than a hundred values are refused`() async {
        let query = (0...100).map { "email_address=a\($0)@c" }.joined(separator: "&")
        #expect(await clerk.call(.get, "/v1/users?\(query)").status == 422)
    }

    @Test func `filters take repeated values, and ignore those that nobody has`() async throws {
        let ids = try await five()
        #expect(await list("email_address=EVE@example.com&email_address=bob%40example.com&email_address=x@y") == [ids[1], ids[0]])
        #expect(await list("username=ada") == [ids[2]])
        #expect(await list("external_id=3") == [ids[3]])
        #expect(await list("external_id=%2B3&external_id=4") == [ids[4], ids[3]])
        #expect(await list("external_id=-3&external_id=-4") == [ids[2], ids[1], ids[0]])
        #expect(await list("user_id=\(ids[0])&user_id=-\(ids[0])") == [])
        #expect(await list("user_id=-\(ids[0])&limit=1&order_by=created_at") == [ids[1]])
        #expect(await list("organization_id=org_1") == [])
        #expect(await list("unheard_of=1").count == 5)
    }

    @Test func `searches are partial and look at no case`() async throws {
        let ids = try await five()
        #expect(await list("query=EVE%40") == [ids[0]])
        #expect(await list("email_address_query=Xample").count == 5)
        #expect(await list("username_query=a") == [ids[4], ids[3], ids[2]])
        #expect(await list("name_query=bo") == [ids[1]])
        #expect(await list("phone_number_query=1") == [])
    }

    @Test func `times and bans filter`() async throws {
        let ids = try await five()
        #expect(await list("created_at_after=1800000003000") == [ids[4]])
        #expect(await list("created_at_before=1800000001000") == [ids[0]])
        _ = await clerk.call(.post, "/v1/users/\(ids[2])/ban")
        #expect(await list("banned=true") == [ids[2]])
        #expect(await list("banned=false").count == 4)
        #expect(await list("last_sign_in_at_after=0") == [])
    }

    @Test func `other orders`() async throws {
        let ids = try await five()
        #expect(await list("order_by=username") == [ids[2], ids[1], ids[4], ids[3], ids[0]])
        #expect(await list("order_by=-email_address&limit=1") == [ids[0]])
        #expect(await list("order_by=username&order_by=-created_at&limit=1") == [ids[2]], "only the first counts")
    }

    @Test func `the count takes the same filters`() async throws {
        _ = try await five()
        let all = await clerk.call(.get, "/v1/users/count")
        #expect(all.json["object"]?.string == "total_count" && all.json["total_count"]?.int64 == 5)
        #expect(await clerk.call(.get, "/v1/users/count?username=ada").json["total_count"]?.int64 == 1)
    }
}
