package import JSON

/// A claim that is asked for: a claim of the wrong type is neither absent nor a value.
package enum Claim<Value: Sendable>: Sendable {
    case absent
    case malformed
    case value(Value)

    /// The value, when there is a well-formed one.
    package var value: Value? {
        guard case .value(let value) = self else { return nil }
        return value
    }
}

extension Claim: Equatable where Value: Equatable {}

extension Claim<Bool> {
    /// Present, well-formed and true. Not by `==`, which looks up the type's conformance at each call.
    package var holds: Bool { if case .value(true) = self { true } else { false } }
}

/// The claims of a token (RFC 7519 §4). The text is kept and its members are indexed; a claim is read when it is asked for.
package struct Claims: Sendable {
    /// The text, and whatever the token keeps behind it.
    private let json: [UInt8]
    /// Of the text.
    let count: Int
    private let index: JSONObjectIndex

    package init(parsing json: [UInt8]) throws(TokenError) { try self.init(parsing: json, count: json.count) }

    init(parsing json: [UInt8], count: Int) throws(TokenError) {
        do {
            index = try JSONObjectIndex(json.span.extracting(0..<count), limits: TokenLimits.claims)
        } catch { throw .invalidJSON(.payload, error) }
        (self.json, self.count) = (json, count)
    }

    /// The payload as it was signed.
    package var bytes: [UInt8] { Array(json[..<count]) }

    package var issuer: Claim<String> { string("iss") }
    package var subject: Claim<String> { string("sub") }
    package var tokenID: Claim<String> { string("jti") }
    package var expires: Claim<Int64> { numericDate("exp") }
    package var notBefore: Claim<Int64> { numericDate("nbf") }
    package var issued: Claim<Int64> { numericDate("iat") }

    /// OpenID Connect Core §2; in Clerk's tokens the origin of the page that asked for the token.
    package var authorizedParty: Claim<String> { string("azp") }
    /// Clerk's session: `sess_…`.
    package var sessionID: Claim<String> { string("sid") }
    /// Clerk's `active` or `pending`.
    package var sessionStatus: Claim<String> { string("sts") }

    package func string(_ name: String) -> Claim<String> {
        switch index.value(name, in: json.span) {
        case .string(let literal): .value(literal.string(in: json.span))
        case nil: .absent
        default: .malformed
        }
    }

    /// Whether a string claim is exactly this, byte by byte, without reading it.
    package func string(_ name: String, is expected: String) -> Claim<Bool> {
        switch index.value(name, in: json.span) {
        case .string(let literal): .value(literal.isEqual(to: expected, in: json.span))
        case nil: .absent
        default: .malformed
        }
    }

    package func bool(_ name: String) -> Claim<Bool> {
        switch index.value(name, in: json.span) {
        case .bool(let value): .value(value)
        case nil: .absent
        default: .malformed
        }
    }

    /// A whole number in range, however it is written.
    package func integer(_ name: String) -> Claim<Int64> {
        switch index.value(name, in: json.span) {
        case .number(let range): JSONNumber.int64(in: json.span, range).map { .value($0) } ?? .malformed
        case nil: .absent
        default: .malformed
        }
    }

    /// Seconds since 1970 (RFC 7519 §2), a fraction rounded down. A date before 1970, and one that is out of range, is
    /// malformed: no token has a use for it.
    package func numericDate(_ name: String) -> Claim<Int64> {
        switch index.value(name, in: json.span) {
        case .number(let range):
            guard let seconds = JSONNumber.roundedDown(in: json.span, range), (0...Self.latestDate).contains(seconds) else {
                return .malformed
            }
            return .value(seconds)
        case nil: return .absent
        default: return .malformed
        }
    }

    /// The end of the year 9999: room for arithmetic on every date that is accepted.
    private static let latestDate: Int64 = 253_402_300_799

    /// `aud`: one string, or an array of strings (RFC 7519 §4.1.3).
    package var audience: Claim<[String]> {
        switch index.value("aud", in: json.span) {
        case .string(let literal): return .value([literal.string(in: json.span)])
        case .array(let range):
            guard let elements = tree(range)?.array else { return .malformed }
            let strings = elements.compactMap(\.string)
            return strings.count == elements.count ? .value(strings) : .malformed
        case nil: return .absent
        default: return .malformed
        }
    }

    /// `act`: somebody acts as the subject (RFC 8693 §4.1; in Clerk's tokens impersonation).
    package var actor: Claim<Actor> {
        switch index.value("act", in: json.span) {
        case .object(let range):
            guard let act = tree(range) else { return .malformed }
            return .value(Actor(subject: act["sub"]?.string, kind: act["type"]?.string == "agent" ? .agent : .user))
        case nil: return .absent
        default: return .malformed
        }
    }

    package struct Actor: Equatable, Sendable {
        package enum Kind: Equatable, Sendable { case user, agent }
        package let subject: String?
        package let kind: Kind
    }

    /// Any claim as a tree; `nil` when it is absent.
    package func value(_ name: String) -> JSONValue? {
        switch index.value(name, in: json.span) {
        case nil: nil
        case .null: JSONValue(.null)
        case .bool(let value): JSONValue(.bool(value))
        case .string(let literal): JSONValue(.string(literal.string(in: json.span)))
        case .number(let range), .array(let range), .object(let range): tree(range)
        }
    }

    /// A part that the index has checked already.
    private func tree(_ range: Range<Int>) -> JSONValue? {
        try? JSONValue(parsing: Array(json[range]), limits: TokenLimits.claims)
    }
}
