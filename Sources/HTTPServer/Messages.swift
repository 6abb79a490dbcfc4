package import HTTP

/// A whole request, for small servers that read it at once.
package struct ServerRequest: Sendable {
    package var method: Method
    /// As it came, without the query.
    package var path: String
    package var query: String?
    /// In the order in which they came; names as the client spelled them.
    package var fields: [(name: String, value: String)]
    package var content: [UInt8]

    package init(
        method: Method, path: String, query: String? = nil, fields: [(name: String, value: String)] = [], content: [UInt8] = []
    ) {
        (self.method, self.path, self.query, self.fields, self.content) = (method, path, query, fields, content)
    }

    /// The value of the first field with this name, in any case.
    package func field(_ name: String) -> String? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) { $0.asciiLowercased == $1.asciiLowercased } }?.value
    }
}

/// A whole response of a small server. The length and the date are added when it is written.
package struct ServerResponse: Sendable {
    package var status: Status
    package var fields: [(name: String, value: String)]
    package var content: [UInt8]

    package init(status: Status, fields: [(name: String, value: String)] = [], content: [UInt8] = []) {
        (self.status, self.fields, self.content) = (status, fields, content)
    }

    package static func text(_ text: String, status: Status = .ok) -> ServerResponse {
        ServerResponse(status: status, fields: [("Content-Type", "text/plain; charset=utf-8")], content: Array(text.utf8))
    }

    package static func json(_ json: [UInt8], status: Status = .ok) -> ServerResponse {
        ServerResponse(status: status, fields: [("Content-Type", "application/json")], content: json)
    }
}
