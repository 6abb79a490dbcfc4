import HTTP
import HTTPServer

/// One line of the table of endpoints: what is asked for, who may ask, how often, and what answers.
struct Endpoint: Sendable {
    /// A `ClerkProblem` is all that it throws, which a closure in a table cannot say (Swift 6.3).
    typealias Answer = @Sendable (inout EmulatedInstance, Call) throws -> ServerResponse

    enum Access {
        /// The Frontend API's key set.
        case everybody
        /// The Backend API: whoever has the secret key.
        case secretKey
        /// What a test asks of the emulator itself.
        case test
    }

    let method: Method
    /// `GET /v1/users/{id}`: what stands in braces may be anything.
    let name: String
    let access: Access
    let rate: RateClass
    private let makeAnswer: Answer
    private let segments: [Substring]

    init(
        _ method: Method, _ template: StaticString, _ access: Access = .secretKey, rate: RateClass = .general,
        answer: @escaping Answer
    ) {
        (self.method, self.access, self.rate, makeAnswer) = (method, access, rate, answer)
        name = "\(method.name) \(template)"
        segments = "\(template)".split(separator: "/")
    }

    func answer(_ instance: inout EmulatedInstance, _ call: Call) throws(ClerkProblem) -> ServerResponse {
        do { return try makeAnswer(&instance, call) } catch let problem as ClerkProblem { throw problem } catch {
            throw ClerkProblem(.internalServerError, "internal_clerk_error", "\(error)")
        }
    }

    /// The endpoint that is called, and what its path says in place of the braces.
    static func find(_ call: Call) -> (Endpoint, [String])? {
        for endpoint in all where endpoint.method == call.method {
            if let values = endpoint.values(in: call.segments) { return (endpoint, values) }
        }
        return nil
    }

    private func values(in path: [String]) -> [String]? {
        guard path.count == segments.count else { return nil }
        var values: [String] = []
        for (segment, given) in zip(segments, path) {
            if segment.hasPrefix("{") { values.append(given) } else if segment != given { return nil }
        }
        return values
    }
}
