import HTTP
import HTTPServer
import JSON
import Telemetry

/// A request, taken apart.
struct Call {
    let request: ServerRequest
    let now: UnixTime
    let segments: [String]
    let query: Query
    /// What the path says where the endpoint's template has braces.
    var values: [String] = []
    var version = APIVersion.v2026

    init(_ request: ServerRequest, at now: UnixTime) {
        (self.request, self.now) = (request, now)
        segments = request.path.split(separator: "/").map(String.init)
        query = Query(request.query)
    }

    var method: Method { request.method }
    /// The id in the path.
    var id: String { values.first ?? "" }

    func form() throws(ClerkProblem) -> Form { try Form(request.content) }

    func requireJSON() throws(ClerkProblem) {
        guard !request.content.isEmpty else { return }
        let type = request.field("Content-Type")?.prefix { $0 != ";" }.lowercased()
        guard type == "application/json" else {
            throw ClerkProblem(.unsupportedMediaType, "unsupported_content_type", "Content-Type must be application/json.")
        }
    }

    /// Commands need no key. That their content must be JSON keeps pages in a browser from giving any: those cannot send it
    /// here without asking first.
    func requireCommand() throws(ClerkProblem) {
        guard method == .post else { return }
        guard !request.content.isEmpty else {
            throw ClerkProblem(.badRequest, "request_body_invalid", "A JSON object is needed.")
        }
        try requireJSON()
    }
}

extension ServerResponse {
    static func json(_ write: (inout JSONWriter) -> Void) -> ServerResponse {
        var json = JSONWriter()
        write(&json)
        return .json(json.bytes)
    }

    /// A list, as the Backend API answers: the array itself.
    static func list<Item>(_ items: some Sequence<Item>, _ write: (Item, inout JSONWriter) -> Void) -> ServerResponse {
        .json { json in
            json.beginArray()
            for item in items { write(item, &json) }
            json.endArray()
        }
    }
}
