import JSON

/// Clerk's error envelope: `{"errors": [{"code": …}], "clerk_trace_id": …}`. One documented error has an empty code.
struct ClerkErrors {
    struct Entry {
        let code: String
        /// `meta.param_name`: the member of the request that it is about.
        let parameter: String?
    }

    let entries: [Entry]
    var codes: [String] { entries.map(\.code) }

    init?(parsing content: [UInt8]) {
        guard let reply = try? JSONValue(parsing: content, limits: JSONLimits(bytes: 65_536)), let errors = reply["errors"]?.array
        else { return nil }
        entries = errors.compactMap { error in
            error["code"]?.string.map { Entry(code: $0, parameter: error["meta"]?["param_name"]?.string) }
        }
    }
}
