import HTTP
import HTTPServer
import JSON

/// `POST /__emulator/limits`
extension EmulatedInstance {
    /// `{"as": "development" | "production" | "none"}` for all; with `percent` so many of Clerk's requests are allowed. `{"class": …,
    /// "requests": 3, "milliseconds": 1000}` sets one class. Counting begins anew.
    mutating func setLimits(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let (name, word) = (form.string("as"), form.string("class"))
        let percent = form.int("percent", 1...100_000) ?? 100
        let requests = form.int("requests", 0...1_000_000_000)
        let milliseconds = form.int("milliseconds", 1...86_400_000)
        let rate = word.flatMap(RateClass.init)
        if name == nil, word == nil { form.fault(.missing("as")) }
        if let name, name != "none", EmulatorSettings.Instance(rawValue: name) == nil {
            form.fault(.wrongValue("as", "development, production or none"))
        }
        if word != nil, rate == nil || rate == .unlimited {
            form.fault(.wrongValue("class", RateClass.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")))
        }
        if word != nil, requests == nil || milliseconds == nil {
            form.fault(.missing(requests == nil ? "requests" : "milliseconds"))
        }
        try form.finish()
        var new = limits.limits
        if let name {
            new = EmulatorSettings.Instance(rawValue: name).map(RateLimit.published) ?? [:]
            new = new.mapValues {
                RateLimit(requests: max(1, $0.requests * percent / 100), windowMilliseconds: $0.windowMilliseconds)
            }
        }
        if let rate, let requests, let milliseconds { new[rate] = RateLimit(requests: requests, windowMilliseconds: milliseconds) }
        limits.set(new)
        return .json { json in
            json.beginObject()
            for (rate, limit) in new.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                json.key(rate.rawValue)
                json.beginObject()
                json.member("requests", limit.requests)
                json.member("milliseconds", limit.windowMilliseconds)
                json.endObject()
            }
            json.endObject()
        }
    }
}
