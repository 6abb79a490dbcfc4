import JSON

/// What an OpenAPI document says about an API that a gateway in front of it can use: its paths, and where its clients put
/// credentials. Versions 2.0 to 3.2 say these alike.
package struct OpenAPIDocument: Sendable {
    /// With the base path in front, parameters as `{name}`.
    package private(set) var paths: [String] = []
    /// Where security schemes of type `apiKey` stand.
    package internal(set) var cookies: [String] = []
    package internal(set) var fields: [String] = []
    /// Whether some scheme sends `Authorization: Bearer`.
    package internal(set) var takesBearer = false
    /// Whether some scheme speaks of Base64: a token that is encoded, and not signed.
    package internal(set) var namesBase64 = false
    /// Query parameters that name a user, with the number of operations that take each.
    package internal(set) var assertedUsers: [(parameter: String, operations: Int)] = []
    /// Fields that do.
    package internal(set) var assertedFields: [(parameter: String, operations: Int)] = []
    /// Where a GET tells whose credential came: `/api/auth/me`.
    package internal(set) var ownPath: String?
    /// Absolute `http://` URLs of its servers: perhaps those of the origin itself.
    package private(set) var servers: [String] = []

    package enum Fault: Error, Hashable, Sendable {
        case yaml
        case json(reason: String, offset: Int)
        /// JSON, but not an OpenAPI document.
        case noPaths
    }

    /// Public ones reach a few megabytes; beyond this it is another file.
    package static let bytesMax = 32 << 20

    package init(parsing text: [UInt8]) throws(Fault) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text, limits: JSONLimits(bytes: Self.bytesMax, depth: 64))
        } catch {
            // JSON begins with a brace; YAML with a comment, a `---` or a word.
            if text.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") { throw .yaml }
            throw .json(reason: "\(error.reason)", offset: error.offset)
        }
        guard let items = document["paths"]?.object else { throw .noPaths }
        readServers(document)
        let base = Self.basePath(document)
        paths = items.filter { $0.name.hasPrefix("/") }.map { base + $0.name }
        readSchemes(document)
        assertedUsers = Self.assertedUsers(items, "query")
        assertedFields = Self.assertedUsers(items, "header")
        ownPath = Self.ownPath(items).map { base + $0 }
    }

    private mutating func readServers(_ document: JSONValue) {
        servers = (document["servers"]?.array ?? []).compactMap { $0["url"]?.string }.filter { $0.hasPrefix("http://") }
    }

    /// The path of the first server, without its final slash; `basePath` in 2.0.
    private static func basePath(_ document: JSONValue) -> String {
        let url = document["basePath"]?.string ?? document["servers"]?.array?.first?["url"]?.string ?? ""
        let path: Substring
        if let scheme = url.firstRange(of: "://") {
            path = url[scheme.upperBound...].drop { $0 != "/" }
        } else {
            path = url.hasPrefix("/") ? url[...] : ""
        }
        let trimmed = String(path.reversed().drop { $0 == "/" }.reversed())
        // A variable of the server may stand for several segments.
        return trimmed.contains("{") ? "" : trimmed
    }
}
