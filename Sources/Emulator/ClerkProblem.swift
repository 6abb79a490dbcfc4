import HTTP
import HTTPServer
import JSON

/// An error of the Backend API: a status, and what is wrong with the request, in Clerk's words.
struct ClerkProblem: Error {
    struct Entry: Equatable {
        let code: String
        let message: String
        let longMessage: String
        /// `meta.param_name`: the field or parameter at fault.
        let parameter: String?
        /// `meta.email_addresses`: those at fault.
        let addresses: [String]

        init(
            _ code: String, _ message: String, _ longMessage: String? = nil, parameter: String? = nil, addresses: [String] = []
        ) {
            (self.code, self.message, self.longMessage) = (code, message, longMessage ?? message)
            (self.parameter, self.addresses) = (parameter, addresses)
        }
    }

    let status: Status
    let entries: [Entry]
    /// The field `Retry-After`.
    let retryAfterSeconds: Int64?

    init(_ status: Status, _ entries: [Entry], retryAfterSeconds: Int64? = nil) {
        (self.status, self.entries, self.retryAfterSeconds) = (status, entries, retryAfterSeconds)
    }
    init(_ status: Status, _ code: String, _ message: String, parameter: String? = nil) {
        self.init(status, [Entry(code, message, parameter: parameter)])
    }

    func response(traceID: String) -> ServerResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("errors")
        json.beginArray()
        for entry in entries { entry.write(to: &json) }
        json.endArray()
        json.member("clerk_trace_id", traceID)
        json.endObject()
        var response = ServerResponse.json(json.bytes, status: status)
        if let retryAfterSeconds { response.fields.append(("Retry-After", String(retryAfterSeconds))) }
        return response
    }
}

extension ClerkProblem.Entry {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("message", message)
        json.member("long_message", longMessage)
        json.member("code", code)
        if parameter != nil || !addresses.isEmpty {
            json.key("meta")
            json.beginObject()
            if let parameter { json.member("param_name", parameter) }
            if !addresses.isEmpty { json.member("email_addresses", JSONValue(.array(addresses.map(JSONValue.text)))) }
            json.endObject()
        }
        json.endObject()
    }

    static func unknown(_ name: String) -> Self {
        Self("form_param_unknown", "is unknown", "\(name) is not a valid parameter for this request.", parameter: name)
    }

    static func wrongFormat(_ name: String, _ expected: String) -> Self {
        Self("form_param_format_invalid", "is invalid", "\(name) must be \(expected).", parameter: name)
    }

    static func wrongValue(_ name: String, _ expected: String) -> Self {
        Self("form_param_value_invalid", "is invalid", "\(name) must be \(expected).", parameter: name)
    }

    static func missing(_ name: String) -> Self {
        Self("form_param_missing", "is missing", "\(name) must be included.", parameter: name)
    }

    static func taken(_ name: String, _ what: String) -> Self {
        Self("form_identifier_exists", "That \(what) is taken. Please try another.", parameter: name)
    }
}

extension ClerkProblem {
    static func notFound(_ what: String, _ id: String) -> ClerkProblem {
        ClerkProblem(.notFound, [Entry("resource_not_found", "not found", "No \(what) was found with id \(id)")])
    }

    static func unprocessable(_ entry: Entry) -> ClerkProblem { ClerkProblem(.unprocessableContent, [entry]) }
}
