package import HTTP
import Routing
package import Settings

/// Which credentials the rewriter leaves out of the request to the origin. It decides by where a verifier would look,
/// not by what was recorded, so that the fifth cookie of a name is left out with the first four.
package struct CredentialRemoval {
    private let plan: CredentialPlan
    private let choice: Route.CredentialForwarding
    private let authorizationIsClerk: Bool
    private let authorizationIsRead: Bool
    /// Whether Authorization holds what proves nothing.
    private let authorizationIsUnproved: Bool
    private let dropsUnproved: Bool
    private let legacySource: Int?
    /// Places of an Upgrade's tokens, which never go further.
    let upgrade: UpgradeTokens?

    /// `evidence` says whose a Bearer token is that both sides would take.
    /// - Parameters:
    ///   - conflict: whether the old credentials are another person's than the caller (`Resolution.conflict`).
    ///   - contradiction: whether those that prove nothing may be (`Evidence.mayContradict`).
    package init(
        _ plan: CredentialPlan, _ choice: Route.CredentialForwarding, _ evidence: Evidence, conflict: Bool,
        contradiction: Bool = false
    ) {
        var choice = choice
        // An origin that reads old credentials by itself must not find somebody else there, or a forgery.
        if conflict || evidence.legacy.standing == .forged { choice.legacy = .drop }
        (self.plan, self.choice, upgrade) = (plan, choice, plan.upgrade(for: evidence.requirement))
        (legacySource, dropsUnproved) = (evidence.legacySource, contradiction)
        var (isClerk, isRead, isUnproved) = (false, false, false)
        for index in 0..<evidence.credentials.count where evidence.credentials[index].place == .authorization {
            isRead = true
            isClerk = evidence.clerkOwned.contains(CredentialSet(index: index))
            isUnproved = plan.sources[Int(evidence.credentials[index].source)].isUnproved && !evidence.isProof(index)
        }
        (authorizationIsClerk, authorizationIsRead, authorizationIsUnproved) = (isClerk, isRead, isUnproved)
    }

    /// Where the old credential stands that the request passes by, as the settings write it; `nil` where it passes by none.
    package var decidingLegacyPlace: CredentialSource? { legacySource.flatMap { plan.spellings[$0] } }

    /// Whether a whole line goes: Authorization, or a field that a legacy entry reads. Cookies are for `drops(_:in:)` of a pair.
    package func drops(_ line: FieldLine, in section: FieldSection) -> Bool {
        if line.known == .authorization, authorizationIsRead {
            if authorizationIsClerk { return choice.clerk == .drop }
            return choice.legacy == .drop || dropsUnproved && authorizationIsUnproved
        }
        guard plan.readsFields, choice.legacy == .drop || dropsUnproved else { return false }
        return plan.source(.field, named: line.name, in: section.bytes).map(drops) ?? false
    }

    /// Whether any cookie can go at all: where not, Cookie lines are forwarded as they came.
    package var dropsCookies: Bool {
        plan.sources.indices.contains { plan.sources[$0].place == .cookie && (drops($0) || plan.sources[$0].isUnproved) }
    }

    package func drops(_ cookie: CookiePairs.Pair, in bytes: [UInt8]) -> Bool {
        // Read strictly, removed leniently: most applications trim more white space than a browser ever sends.
        let trimmed = trimmed(cookie.name, in: bytes)
        if let source = plan.source(.cookie, named: trimmed, in: bytes), trimmed == cookie.name || !plan.sources[source].isUnproved
        {
            return drops(source)
        }
        return plan.unprovedCookies.contains { cookie.mayBe($0, in: bytes) }
    }

    package func dropsParameter(named name: Range<Int>, in bytes: [UInt8]) -> Bool {
        if let upgrade, upgrade.reads(parameter: name, in: bytes) { return true }
        guard plan.readsQuery else { return false }
        if let source = plan.querySource(named: name, in: bytes) { return drops(source) }
        return isUnproved(name, in: bytes)
    }

    /// Whether some origin takes this name for one whose word proves nothing, and which nobody here has read.
    private func isUnproved(_ name: Range<Int>, in bytes: [UInt8]) -> Bool {
        guard !plan.unprovedParameters.isEmpty else { return false }
        let decoded = PercentDecoding.decode(name, in: bytes)
        return plan.unprovedParameters.contains { $0.isName(of: decoded) }
    }

    /// Whether an origin that separates parameters at `;`, or takes a second `?` off the front, would find one of those within this.
    private func hidesUnproved(_ parameter: Range<Int>, in bytes: [UInt8]) -> Bool {
        let mark = UInt8(ascii: "?")
        guard !plan.unprovedParameters.isEmpty, bytes[parameter].contains(where: { $0 == UInt8(ascii: ";") || $0 == mark }) else {
            return false
        }
        return bytes[parameter].split(separator: UInt8(ascii: ";")).contains { piece in
            let name = piece.drop { $0 == mark }.prefix { $0 != UInt8(ascii: "=") }
            return isUnproved(name.startIndex..<name.endIndex, in: bytes)
        }
    }

    /// Appends what is left of a Cookie value; `false` when nothing is, and the line goes as a whole.
    package func appendCookies(of value: Range<Int>, in bytes: [UInt8], to output: inout [UInt8]) -> Bool {
        var pairs = CookiePairs(of: value)
        var isFirst = true
        while let pair = pairs.next(in: bytes) {
            if drops(pair, in: bytes) { continue }
            if !isFirst { output.append(contentsOf: [UInt8(ascii: ";"), UInt8(ascii: " ")]) }
            output.append(contentsOf: bytes[pair.whole])
            isFirst = false
        }
        return !isFirst
    }

    private func trimmed(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(bytes[start]) { start += 1 }
        while start < end, isSpace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether any parameter of a query can go.
    package var dropsParameters: Bool {
        upgrade?.readsQuery ?? false
            || !plan.unprovedParameters.isEmpty
            || plan.readsQuery && plan.sources.indices.contains { plan.sources[$0].place == .query && drops($0) }
    }

    /// Appends what is left of a query.
    package func appendQuery(_ query: Range<Int>, in bytes: [UInt8], to output: inout [UInt8]) {
        var parameters = QueryParameters(of: query)
        let start = output.count
        while let parameter = parameters.next(in: bytes) {
            if dropsParameter(named: parameter.name, in: bytes) || hidesUnproved(parameter.whole, in: bytes) { continue }
            if output.count > start { output.append(UInt8(ascii: "&")) }
            output.append(contentsOf: bytes[parameter.whole])
        }
    }

    /// A cookie that both sides would read is dropped only when both may not pass.
    private func drops(_ source: Int) -> Bool {
        if plan.sources[source].clerkRank != nil, choice.clerk == .keep { return false }
        return !plan.sources[source].isLegacy || choice.legacy == .drop || dropsUnproved && plan.sources[source].isUnproved
    }
}
