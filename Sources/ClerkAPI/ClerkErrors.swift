import JSON

/// Clerk's error envelope: `{"errors": [{"code": …}], "clerk_trace_id": …}`. One documented error has an empty code.
struct ClerkErrors {
    let codes: [String]

    init?(parsing content: [UInt8]) {
        guard let reply = try? JSONValue(parsing: content, limits: JSONLimits(bytes: 65_536)), let errors = reply["errors"]?.array
        else { return nil }
        codes = errors.compactMap { $0["code"]?.string }
    }
}
