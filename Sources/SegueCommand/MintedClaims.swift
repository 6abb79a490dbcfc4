internal import JOSE
internal import JSON

/// The claims of a token that is made by hand.
struct MintedClaims {
    private let object: String?
    private let members: [String]
    private let lifeSeconds: Int64?

    init(_ arguments: inout Arguments) {
        object = arguments.option("claims", "JSON", "an object with claims")
        members = arguments.options("claim", "NAME=TEXT", "one more claim; NAME:=JSON for a claim that is no text")
        lifeSeconds = arguments.seconds("expires-in", "sets iat to now and exp to so much later")
    }

    /// The claims in the order that they were given in. One that is given twice is refused: nobody would accept it.
    func json(at now: Int64) throws(TokenInputError) -> [UInt8] {
        var claims: [JSONMember] = []
        if let object { claims += try Self.members(of: object) }
        for member in members { claims.append(try Self.member(member)) }
        if let lifeSeconds {
            claims.append(JSONMember("iat", JSONValue(.number(JSONNumber(now)))))
            claims.append(JSONMember("exp", JSONValue(.number(JSONNumber(now + lifeSeconds)))))
        }
        var writer = JSONWriter()
        writer.value(JSONValue(.object(claims)))
        do { _ = try Claims(parsing: writer.bytes) } catch { throw TokenInputError(reason: "the claims make no token: \(error)") }
        return writer.bytes
    }

    private static func members(of object: String) throws(TokenInputError) -> [JSONMember] {
        guard let members = try value(object, of: "--claims").object else {
            throw TokenInputError(reason: "--claims is not an object")
        }
        return members
    }

    private static func member(_ claim: String) throws(TokenInputError) -> JSONMember {
        guard let equals = claim.firstIndex(of: "="), equals > claim.startIndex else {
            throw TokenInputError(reason: "--claim \(claim) is not NAME=TEXT")
        }
        let (name, text) = (claim[..<equals], String(claim[claim.index(after: equals)...]))
        guard name.hasSuffix(":") else { return JSONMember(String(name), JSONValue(.string(text))) }
        return JSONMember(String(name.dropLast()), try value(text, of: "--claim \(name)="))
    }

    private static func value(_ text: String, of option: String) throws(TokenInputError) -> JSONValue {
        do { return try JSONValue(parsing: Array(text.utf8)) } catch {
            throw TokenInputError(reason: "\(option) is not JSON: \(error)")
        }
    }
}
