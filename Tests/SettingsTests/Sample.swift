import JSON
import Settings

/// A whole file that passes, and ways to spoil it.
enum Sample {
    static let environment = [
        "CLERK_PUBLISHABLE_KEY": "pk_test_" + "Y2xlcmsuZXhhbXBsZS5jb20k",  // clerk.example.com$
        "CLERK_SECRET_KEY": "sk_test_0123456789",
        "JWT_SECRET": "correct horse battery staple and more of it",
        "DATABASE_URL": "postgresql://app:hunter2@db/app",
    ]

    static let text = """
        {
          "version": 1,
          "clerk": {
            "publishableKey": "${CLERK_PUBLISHABLE_KEY}", "secretKey": "${CLERK_SECRET_KEY}",
            "authorizedParties": ["https://app.example.com"]
          },
          "legacy": [
            { "name": "jwt", "kind": "jwt", "from": ["bearer"], "algorithm": "HS256", "keys": [{ "secret": "${JWT_SECRET}" }], "userId": "user_id" },
            { "name": "session", "kind": "session", "from": ["cookie:session_token"], "query": "SELECT user_id FROM sessions WHERE token = $1" }
          ],
          "directory": {
            "url": "${DATABASE_URL}",
            "users": { "email": "email", "clerkUserId": "clerk_user_id" },
            "linking": { "legacyEmail": "trusted" }
          },
          "origins": { "api": { "servers": ["http://127.0.0.1:9000"] } },
          "routes": [
            { "name": "posts", "match": { "path": "/posts/*", "methods": ["GET"] }, "origin": "api", "mode": "dual", "set": { "query": { "user_id": "{user.id}" } } },
            { "name": "rest", "match": { "path": "/*" }, "origin": "api", "mode": "observe" }
          ]
        }
        """

    static func load(
        _ text: String = text, _ environment: [String: String] = environment, files: [String: String] = [:]
    ) throws(SettingsFailure) -> LoadedSettings {
        try SettingsLoader.load(Array(text.utf8), file: "routes.json", environment: environment) { path throws(FileReadFailure) in
            guard let content = files[path] else { throw FileReadFailure("no such file") }
            return Array(content.utf8)
        }
    }

    /// The sample with the value at a path (`routes.0.mode`) replaced, added, or removed with `nil`.
    static func changing(_ path: String, to json: String?) throws -> String {
        let document = try JSONValue(parsing: Array(text.utf8))
        let value = try json.map { try JSONValue(parsing: Array($0.utf8)) }
        var writer = JSONWriter()
        writer.value(change(document, path.split(separator: ".").map(String.init), value) ?? JSONValue(.null))
        return writer.text
    }

    private static func change(_ value: JSONValue?, _ path: [String], _ replacement: JSONValue?) -> JSONValue? {
        guard let name = path.first else { return replacement }
        let rest = Array(path.dropFirst())
        if let index = Int(name) {
            var elements = value?.array ?? []
            if let changed = change(index < elements.count ? elements[index] : nil, rest, replacement) {
                if index < elements.count { elements[index] = changed } else { elements.append(changed) }
            } else {
                elements.remove(at: index)
            }
            return JSONValue(.array(elements))
        }
        var members = value?.object ?? []
        let changed = change(value?[name], rest, replacement)
        if let index = members.firstIndex(where: { $0.name == name }) {
            if let changed { members[index] = JSONMember(name, changed) } else { members.remove(at: index) }
        } else if let changed {
            members.append(JSONMember(name, changed))
        }
        return JSONValue(.object(members))
    }

    /// The problems of the sample with one change, each as `path: found … expected …`.
    static func problems(_ path: String, _ json: String?, _ environment: [String: String] = environment) throws -> [SettingsProblem]
    {
        do {
            _ = try load(changing(path, to: json), environment)
            return []
        } catch SettingsFailure.invalid(_, let problems, _) {
            return problems
        }
    }

    static func warnings(_ path: String, _ json: String?, _ environment: [String: String] = environment) throws -> [SettingsProblem]
    {
        try load(changing(path, to: json), environment).warnings
    }
}
