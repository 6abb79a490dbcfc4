import HTTP
import Telemetry

/// `GET /v1/users` and `GET /v1/users/count`: filters, order and paging.
struct UserList {
    private let query: Query

    init(_ query: Query) { self.query = query }

    /// All users that pass the filters, in no order.
    func matching(_ users: some Collection<EmulatedUser>) throws(ClerkProblem) -> [EmulatedUser] {
        var filters: [(EmulatedUser) -> Bool] = []
        try addIdentifiers(to: &filters)
        addSearches(to: &filters)
        try addTimes(to: &filters)
        if let banned = try query.flag("banned") { filters.append { $0.isBanned == banned } }
        return users.filter { user in filters.allSatisfy { $0(user) } }
    }

    /// One page of them.
    func page(_ users: some Collection<EmulatedUser>) throws(ClerkProblem) -> [EmulatedUser] {
        let limit = Int(try query.number("limit", 1...500) ?? 10)
        let offset = Int(try query.number("offset", 0...Int64(Int32.max)) ?? 0)
        let order = try Order(query.first("order_by") ?? "-created_at")
        let sorted = try matching(users).sorted(by: order.isBefore)
        guard let cursor = query.first("starting_after") else { return Array(sorted.dropFirst(offset).prefix(limit)) }
        guard order.isByCreation else {
            throw .unprocessable(.wrongValue("starting_after", "combined with the order of created_at only"))
        }
        guard offset == 0 else { throw .unprocessable(.wrongValue("starting_after", "used without offset")) }
        guard let last = users.first(where: { $0.id == cursor }) else { throw .notFound("user", cursor) }
        return Array(sorted.filter { order.isBefore(last, $0) }.prefix(limit))
    }
}

extension UserList {
    private func addIdentifiers(to filters: inout [(EmulatedUser) -> Bool]) throws(ClerkProblem) {
        if let values = try values("email_address")?.lowercased {
            filters.append { $0.emails.contains { values.contains($0.value.lowercased()) } }
        }
        if let values = try values("phone_number") { filters.append { $0.phones.contains { values.contains($0.value) } } }
        if let values = try values("web3_wallet")?.lowercased {
            filters.append { $0.wallets.contains { values.contains($0.value.lowercased()) } }
        }
        if let values = try values("username")?.lowercased { filters.append { values.contains($0.username?.lowercased() ?? "") } }
        try addSigned("user_id", to: &filters) { $0.id }
        try addSigned("external_id", to: &filters) { $0.externalID }
        // Organizations and external accounts are not emulated: nobody has any.
        for name in ["organization_id", "provider_user_id"] where try values(name) != nil { filters.append { _ in false } }
    }

    /// The values of a repeated parameter; more than 100 are refused.
    private func values(_ name: String) throws(ClerkProblem) -> Set<String>? {
        let values = query.all(name)
        guard values.count <= 100 else { throw .unprocessable(.wrongValue(name, "at most 100 values")) }
        return values.isEmpty ? nil : Set(values)
    }

    /// Values with `+` or nothing in front are wanted, those with `-` are not.
    private func addSigned(
        _ name: String, to filters: inout [(EmulatedUser) -> Bool], _ value: @escaping (EmulatedUser) -> String?
    ) throws(ClerkProblem) {
        guard let values = try values(name) else { return }
        let excluded = Set(values.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) })
        let included = Set(values.filter { !$0.hasPrefix("-") }.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 })
        if !included.isEmpty { filters.append { value($0).map(included.contains) ?? false } }
        if !excluded.isEmpty { filters.append { !(value($0).map(excluded.contains) ?? false) } }
    }

    /// Partial matches in any case.
    private func addSearches(to filters: inout [(EmulatedUser) -> Bool]) {
        let searches: [(String, (EmulatedUser) -> [String])] = [
            (
                "query",
                {
                    $0.emails.map(\.value) + $0.phones.map(\.value) + $0.wallets.map(\.value) + $0.names + [
                        $0.username ?? "", $0.id,
                    ]
                }
            ),
            ("email_address_query", { $0.emails.map(\.value) }),
            ("phone_number_query", { $0.phones.map(\.value) }),
            ("username_query", { [$0.username ?? ""] }),
            ("name_query", { $0.names }),
        ]
        for (name, texts) in searches {
            guard let wanted = query.first(name)?.lowercased(), !wanted.isEmpty else { continue }
            filters.append { texts($0).contains { $0.lowercased().contains(wanted) } }
        }
    }

    private func addTimes(to filters: inout [(EmulatedUser) -> Bool]) throws(ClerkProblem) {
        let times: [(String, (EmulatedUser) -> Int64?)] = [
            ("created_at", { $0.createdAt.milliseconds }),
            ("last_active_at", { $0.lastActiveAt?.milliseconds }),
            ("last_sign_in_at", { $0.lastSignInAt?.milliseconds }),
        ]
        for (name, time) in times {
            if let limit = try query.number("\(name)_before", 0...Int64.max) {
                filters.append { time($0).map { $0 < limit } ?? false }
            }
            if let limit = try query.number("\(name)_after", 0...Int64.max) {
                filters.append { time($0).map { $0 > limit } ?? false }
            }
        }
        if let limit = try query.number("last_active_at_since", 0...Int64.max) {
            filters.append { ($0.lastActiveAt?.milliseconds).map { $0 >= limit } ?? false }
        }
    }
}

/// `order_by`: a property, with `-` in front for the other way round. Equal ones are ordered by their ids.
private struct Order {
    private let property: String
    private let isDescending: Bool

    init(_ text: String) throws(ClerkProblem) {
        isDescending = text.hasPrefix("-")
        // A plus sign that was not percent-encoded arrives as a space.
        property = String(text.drop { $0 == "-" || $0 == "+" || $0 == " " })
        guard Self.keys[property] != nil else {
            throw .unprocessable(.wrongValue("order_by", "one of \(Self.keys.keys.sorted().joined(separator: ", "))"))
        }
    }

    var isByCreation: Bool { property == "created_at" }

    func isBefore(_ a: EmulatedUser, _ b: EmulatedUser) -> Bool {
        guard let key = Self.keys[property] else { return false }
        let (left, right) = ((key(a), a.id), (key(b), b.id))
        return isDescending ? left > right : left < right
    }

    /// Times as text of one width, so that all keys compare as text.
    private static let keys: [String: @Sendable (EmulatedUser) -> String] = [
        "created_at": { padded($0.createdAt.milliseconds) },
        "updated_at": { padded($0.updatedAt.milliseconds) },
        "last_active_at": { padded($0.lastActiveAt?.milliseconds ?? 0) },
        "last_sign_in_at": { padded($0.lastSignInAt?.milliseconds ?? 0) },
        "email_address": { $0.primaryEmail?.value ?? "" },
        "phone_number": { $0.primaryPhone?.value ?? "" },
        "web3wallet": { $0.primaryWallet?.value ?? "" },
        "first_name": { $0.firstName ?? "" },
        "last_name": { $0.lastName ?? "" },
        "username": { $0.username ?? "" },
    ]

    /// Times before 1970 are few and come first in no particular order.
    private static func padded(_ milliseconds: Int64) -> String {
        let digits = String(max(0, milliseconds))
        return String(repeating: "0", count: 19 - digits.count) + digits
    }
}

extension EmulatedUser {
    fileprivate var names: [String] { [firstName ?? "", lastName ?? "", "\(firstName ?? "") \(lastName ?? "")"] }
}

extension Set<String> {
    fileprivate var lowercased: Set<String> { Set(map { $0.lowercased() }) }
}
