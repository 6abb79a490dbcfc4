import HTTP
import HTTPServer
import JSON
import Telemetry

/// `/v1/users`
extension EmulatedInstance {
    func listUsers(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        .list(try UserList(call.query).page(users.all)) { $0.write(to: &$1) }
    }

    func countUsers(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let count = try UserList(call.query).matching(users.all).count
        return .json { json in
            json.beginObject()
            json.member("object", "total_count")
            json.member("total_count", Int64(count))
            json.endObject()
        }
    }

    mutating func createUser(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let user = try UserForm.create(&form, id: ids.next("user_"), ids: &ids, now: call.now)
        return try save(user, as: .userCreated, call)
    }

    mutating func updateUser(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var user = try users.user(call.id)
        var form = try call.form()
        try UserForm.update(&user, &form, version: call.version, now: call.now)
        return try save(user, as: .userUpdated, call)
    }

    mutating func changeMetadata(_ call: Call, _ change: (JSONValue, JSONValue) -> JSONValue) throws(ClerkProblem)
        -> ServerResponse
    {
        var user = try users.user(call.id)
        var form = try call.form()
        if let new = form.object("public_metadata") { user.metadata.isPublic = change(user.metadata.isPublic, new) }
        if let new = form.object("private_metadata") { user.metadata.isPrivate = change(user.metadata.isPrivate, new) }
        if let new = form.object("unsafe_metadata") { user.metadata.isUnsafe = change(user.metadata.isUnsafe, new) }
        try form.finish()
        user.updatedAt = call.now
        return try save(user, as: .userUpdated, call)
    }

    /// `POST /v1/users/{id}/ban` and its like. Who is banned is signed out everywhere.
    mutating func switchUser(_ property: WritableKeyPath<EmulatedUser, Bool>, to value: Bool, _ call: Call) throws(ClerkProblem)
        -> ServerResponse
    {
        var user = try users.user(call.id)
        user[keyPath: property] = value
        user.updatedAt = call.now
        let response = try save(user, as: .userUpdated, call)
        if user.isBanned { endSessions(of: user, as: .revoked, call) }
        return response
    }

    mutating func deleteUser(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let user = try users.user(call.id)
        endSessions(of: user, as: .removed, call)
        users.remove(user.id)
        let deleted = ServerResponse.json { json in
            json.beginObject()
            json.member("object", "user")
            json.member("id", user.id)
            json.member("deleted", true)
            if let externalID = user.externalID { json.member("external_id", externalID) }
            json.endObject()
        }
        publish(.userDeleted, deleted.content, call)
        return deleted
    }

    mutating func save(_ user: EmulatedUser, as event: WebhookEvent.Kind, _ call: Call) throws(ClerkProblem) -> ServerResponse {
        try users.save(user)
        let response = ServerResponse.json(user.write)
        publish(event, response.content, call)
        return response
    }
}
