import HTTP

/// The users of the emulated instance, in the order of their creation. Ids, external ids, names, addresses, numbers and
/// wallets are unique across the instance.
struct UserStore {
    /// A test of a migration needs tens of thousands; each is about 2 KB.
    static let usersMax = 200_000

    private var users: [String: EmulatedUser] = [:]
    /// Who holds what is unique.
    private var holders: [Claim: String] = [:]

    /// Something that only one user can have. E-mail addresses and user names are the same in any ASCII case.
    struct Claim: Hashable {
        let parameter: String
        let value: String

        init(_ parameter: String, _ value: String) {
            self.parameter = parameter
            self.value = parameter == "external_id" ? value : value.lowercased()
        }
    }

    var count: Int { users.count }
    var all: some Collection<EmulatedUser> { users.values }

    func user(_ id: String) throws(ClerkProblem) -> EmulatedUser {
        guard let user = users[id] else { throw .notFound("user", id) }
        return user
    }

    /// The id of the user who has this address, number or wallet.
    func holder(of kind: ContactKind, _ value: String) -> String? { holders[Claim(kind.rawValue, value)] }

    /// Adds the user, or puts it in the place of what it was before.
    mutating func save(_ user: EmulatedUser) throws(ClerkProblem) {
        let claims = user.claims
        let taken = claims.filter { holders[$0] != nil && holders[$0] != user.id }
        guard taken.isEmpty else {
            throw ClerkProblem(.unprocessableContent, taken.map { .taken($0.parameter, $0.parameter.replacing("_", with: " ")) })
        }
        guard users[user.id] != nil || users.count < Self.usersMax else {
            throw ClerkProblem(.forbidden, "user_quota_exceeded", "You have reached your limit of \(Self.usersMax) users.")
        }
        remove(user.id)
        users[user.id] = user
        for claim in claims { holders[claim] = user.id }
    }

    mutating func remove(_ id: String) {
        guard let user = users.removeValue(forKey: id) else { return }
        for claim in user.claims { holders[claim] = nil }
    }
}

extension EmulatedUser {
    fileprivate var claims: [UserStore.Claim] {
        let single = [("external_id", externalID), ("username", username)].compactMap { name, value in
            value.map { UserStore.Claim(name, $0) }
        }
        let contacts = [(ContactKind.email, emails), (.phone, phones), (.wallet, wallets)].flatMap { kind, contacts in
            contacts.map { UserStore.Claim(kind.rawValue, $0.value) }
        }
        return single + contacts
    }
}
