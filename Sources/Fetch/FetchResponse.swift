package import HTTP

/// A whole response, whatever its status.
package struct FetchResponse: Sendable {
    package let status: Status
    package let fields: [(name: String, value: String)]
    package let content: [UInt8]

    package init(status: Status, fields: [(name: String, value: String)] = [], content: [UInt8] = []) {
        (self.status, self.fields, self.content) = (status, fields, content)
    }

    /// The value of the first field of that name, whatever the case of its letters (RFC 9110 §5.1).
    package func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// `Retry-After` in seconds (RFC 9110 §10.2.3). Its other form, a date, is not used by the services that Segue asks.
    package var retryAfterSeconds: Int? {
        field("Retry-After").flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
