/// The part of a request that a credential stands in. A browser sends cookies by itself, whoever asked for the
/// request; everything else was put there on purpose.
package enum CredentialPlace: UInt8, Sendable, CaseIterable {
    case authorization, field, query, cookie
}

/// A credential as it stands in the bytes of a request head, before anybody has judged it.
package struct FoundCredential: Sendable {
    private let start: UInt32
    private let length: UInt32
    /// Index into `CredentialPlan.sources`.
    package let source: UInt8
    package let place: CredentialPlace
    /// One byte, because a request carries sixteen of these about: 255 stands for `nil`.
    private let rank: UInt8
    /// Whether an old credential may stand there.
    package let isLegacy: Bool
    /// A query value that holds `%` or `+`, which stand for other bytes.
    package let isEncoded: Bool

    init(value: Range<Int>, source: Int, of plan: CredentialPlan, isEncoded: Bool = false) {
        (start, length) = (UInt32(value.lowerBound), UInt32(value.count))
        (self.source, self.isEncoded, place) = (UInt8(source), isEncoded, plan.sources[source].place)
        (rank, isLegacy) = (plan.sources[source].clerkRank.map(UInt8.init) ?? .max, plan.sources[source].isLegacy)
    }

    /// Clerk's, where only requests for an Upgrade may carry it. No entry of the plan says so: 255 stands for none.
    init(upgrade value: Range<Int>, in place: CredentialPlace, isEncoded: Bool) {
        (start, length, source) = (UInt32(value.lowerBound), UInt32(value.count), .max)
        (self.place, rank, isLegacy, self.isEncoded) = (place, Self.upgradeRank, false, isEncoded)
    }

    /// Behind Authorization and the two cookies.
    fileprivate static let upgradeRank: UInt8 = 3

    /// An empty place in `FoundCredentials`.
    fileprivate init() {
        (start, length, source, place, rank, isLegacy, isEncoded) = (0, 0, 0, .field, .max, false, false)
    }

    /// Position in Clerk's order of preference; `nil`: Clerk does not read it.
    var clerkRank: Int? { rank == .max ? nil : Int(rank) }

    /// The token itself, in `RequestHead.section.bytes`.
    package var value: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// Everything in a request that a verifier might take, in the order in which it was found.
package struct FoundCredentials: Sendable {
    /// What the Authorization field holds.
    package enum Authorization: Sendable {
        case absent
        /// A scheme that some verifier reads.
        case taken
        /// A scheme that is nobody's here, such as Basic: the origin's own business.
        case otherScheme
        /// No scheme, or nothing behind it (RFC 9110 §11.4): a token there is never guessed at.
        case malformed
        /// More than one field: whoever reads the first and whoever reads the last would see two callers.
        case several
    }

    package internal(set) var authorization = Authorization.absent
    package private(set) var count = 0
    /// Whether more was there than anybody looks at.
    private(set) var isIncomplete = false
    /// Of Clerk's order of preference: an Upgrade adds one.
    private(set) var clerkRanks = 3
    private var items = InlineArray<16, FoundCredential>(repeating: FoundCredential())

    init() {}

    package subscript(index: Int) -> FoundCredential {
        precondition(index < count)
        return items[index]
    }

    /// Adds one, unless its source has given `AuthenticationLimits.perSource` already or there is no room. The last place is
    /// kept for Authorization, of which there is one at most: cookies that somebody planted must not crowd it out.
    mutating func add(_ credential: FoundCredential) {
        guard count < (credential.place == .authorization ? items.count : items.count - 1) else { return isIncomplete = true }
        var same = 0
        for index in 0..<count where items[index].source == credential.source { same += 1 }
        guard same < AuthenticationLimits.perSource else { return isIncomplete = true }
        items[count] = credential
        count += 1
        if credential.clerkRank == Int(FoundCredential.upgradeRank) { clerkRanks = 4 }
    }
}
