import JSON

// How clients say who they are.
extension OpenAPIDocument {
    mutating func readSchemes(_ document: JSONValue) {
        let schemes = document["components"]?["securitySchemes"]?.object ?? document["securityDefinitions"]?.object ?? []
        for scheme in schemes.map(\.value) {
            let name = scheme["name"]?.string ?? ""
            let words = [scheme["bearerFormat"], scheme["description"]].compactMap { $0?.string?.lowercased() }
            if words.contains(where: { $0.contains("base64") || $0.contains("base 64") }) { namesBase64 = true }
            switch (scheme["type"]?.string, scheme["in"]?.string) {
            case ("apiKey", "cookie") where !cookies.contains(name): cookies.append(name)
            case ("apiKey", "header") where name.lowercased() == "authorization": takesBearer = true
            case ("apiKey", "header") where !fields.contains(name): fields.append(name)
            case ("http", _): takesBearer = takesBearer || scheme["scheme"]?.string?.lowercased() == "bearer"
            // FastAPI's OAuth2PasswordBearer reads the Authorization field.
            case ("oauth2", _), ("openIdConnect", _): takesBearer = true
            default: break
            }
        }
    }

    /// Parameters in one place that name a user, with the number of operations that take each; the most frequent first.
    static func assertedUsers(_ items: [JSONMember], _ place: String) -> [(parameter: String, operations: Int)] {
        var counts: [String: Int] = [:]
        for item in items.map(\.value) {
            let shared = parameters(item, place)
            for operation in item.object ?? [] where operation.name != "parameters" {
                guard operation.value.object != nil else { continue }
                for name in Set(shared + parameters(operation.value, place)) where namesUser(name) { counts[name, default: 0] += 1 }
            }
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private static func namesUser(_ name: String) -> Bool {
        let words = words(name)
        return words == ["user", "id"] || words == ["x", "user", "id"]
    }

    private static func parameters(_ item: JSONValue, _ place: String) -> [String] {
        (item["parameters"]?.array ?? []).filter { $0["in"]?.string == place }.compactMap { $0["name"]?.string }
    }

    /// The shortest of them.
    static func ownPath(_ items: [JSONMember]) -> String? {
        let names = ["me", "whoami", "userinfo", "currentuser"]
        return items.filter { item in
            guard item.name.hasPrefix("/"), !item.name.contains("{"), item.value["get"] != nil else { return false }
            return names.contains(plain(String(item.name.split(separator: "/").last ?? "")))
        }.map(\.name).min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }
}
