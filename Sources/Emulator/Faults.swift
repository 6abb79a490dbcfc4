import HTTP

/// Trouble on demand for single requests, in the order in which it was planned.
struct Faults {
    enum Kind {
        case slow(milliseconds: Int)
        /// With `isDone` the request has its effect first, and only the client is told otherwise.
        case refused(ClerkProblem, isDone: Bool)
        /// The request has its effect, and the connection ends without a reply.
        case lost
    }

    struct Plan {
        let kind: Kind
        /// As the table of endpoints names it; every endpoint of Clerk's without one.
        let endpoint: String?
        /// So many requests pass before it strikes.
        var skips: Int64
        var times: Int64
    }

    private(set) var plans: [Plan] = []
    /// Planned trouble that has not struck yet.
    static let plansMax = 1_000

    mutating func plan(_ plan: Plan) { plans.append(plan) }

    mutating func forget() { plans = [] }

    /// What becomes of the next request to this endpoint. One fault strikes a request at most.
    mutating func next(for endpoint: String) -> Kind? {
        for index in plans.indices where plans[index].endpoint == nil || plans[index].endpoint == endpoint {
            if plans[index].skips > 0 {
                plans[index].skips -= 1
                continue
            }
            plans[index].times -= 1
            defer { plans.removeAll { $0.times <= 0 } }
            return plans[index].kind
        }
        return nil
    }
}
