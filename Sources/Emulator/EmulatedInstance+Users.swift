import HTTP
import HTTPServer
import JSON
import Telemetry

/// `/v1/users`
extension EmulatedInstance {
    mutating func users(_ call: Call, _ rest: [String], version: APIVersion, at now: UnixTime) throws(ClerkProblem)
        -> ServerResponse
    {
        switch (call.method, rest.count) {
        case (.get, 0): return try list(call)
        case (.post, 0): return try create(call, at: now)
        case (.get, 1) where rest[0] == "count": return try count(call)
        case (.get, 1): return try .json(users.user(rest[0]).write)
        case (.patch, 1): return try update(rest[0], call, version: version, at: now)
        case (.delete, 1): return try delete(rest[0])
        case (.patch, 2) where rest[1] == "metadata":
            return try changeMetadata(rest[0], call, at: now) { old, new in old.merged(with: new) }
        case (.put, 2) where rest[1] == "metadata": return try changeMetadata(rest[0], call, at: now) { _, new in new }
        case (.post, 2) where switches[rest[1]] != nil: return try flip(rest[0], by: rest[1], at: now)
        default: throw .noSuchEndpoint
        }
    }

    private func list(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let page = try UserList(call.query).page(users.all)
        return .json { json in
            json.beginArray()
            for user in page { user.write(to: &json) }
            json.endArray()
        }
    }

    private func count(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let count = try UserList(call.query).matching(users.all).count
        return .json { json in
            json.beginObject()
            json.member("object", "total_count")
            json.member("total_count", Int64(count))
            json.endObject()
        }
    }

    private mutating func create(_ call: Call, at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let user = try UserForm.create(&form, id: ids.next("user_"), ids: &ids, now: now)
        try users.save(user)
        return .json(user.write)
    }

    private mutating func update(_ id: String, _ call: Call, version: APIVersion, at now: UnixTime) throws(ClerkProblem)
        -> ServerResponse
    {
        var user = try users.user(id)
        var form = try call.form()
        try UserForm.update(&user, &form, version: version, now: now)
        try users.save(user)
        return .json(user.write)
    }

    private mutating func delete(_ id: String) throws(ClerkProblem) -> ServerResponse {
        let user = try users.user(id)
        users.remove(id)
        sessions.removeAll(of: id)
        return .json { json in
            json.beginObject()
            json.member("object", "user")
            json.member("id", id)
            json.member("deleted", true)
            if let externalID = user.externalID { json.member("external_id", externalID) }
            json.endObject()
        }
    }

    private mutating func changeMetadata(
        _ id: String, _ call: Call, at now: UnixTime, _ change: (JSONValue, JSONValue) -> JSONValue
    ) throws(ClerkProblem) -> ServerResponse {
        var user = try users.user(id)
        var form = try call.form()
        if let new = form.object("public_metadata") { user.metadata.isPublic = change(user.metadata.isPublic, new) }
        if let new = form.object("private_metadata") { user.metadata.isPrivate = change(user.metadata.isPrivate, new) }
        if let new = form.object("unsafe_metadata") { user.metadata.isUnsafe = change(user.metadata.isUnsafe, new) }
        try form.finish()
        user.updatedAt = now
        try users.save(user)
        return .json(user.write)
    }

    /// `POST /v1/users/{id}/ban` and its like.
    private var switches: [String: (WritableKeyPath<EmulatedUser, Bool>, Bool)] {
        ["ban": (\.isBanned, true), "unban": (\.isBanned, false), "lock": (\.isLocked, true), "unlock": (\.isLocked, false)]
    }

    private mutating func flip(_ id: String, by name: String, at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        var user = try users.user(id)
        guard let (property, value) = switches[name] else { throw .noSuchEndpoint }
        user[keyPath: property] = value
        user.updatedAt = now
        if name == "ban" { sessions.removeAll(of: id) }
        try users.save(user)
        return .json(user.write)
    }
}
