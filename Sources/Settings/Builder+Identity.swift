import HTTP

extension Builder {
    func identity(_ entry: Entry?) -> IdentityFields {
        var fields = IdentityFields()
        guard let entry else { return fields }
        if entry.isExplicitNull("userId") {
            problems.error(
                "identity.userId", entry.range, found: "null", expected: "a field name", hint: "without it an origin learns nothing"
            )
        }
        fields.userID = fieldName(entry, "userId", fields.userID) ?? fields.userID
        fields.clerkUserID = fieldName(entry, "clerkUserId", fields.clerkUserID)
        fields.email = fieldName(entry, "email", fields.email)
        fields.method = fieldName(entry, "method", fields.method)
        fields.migrated = fieldName(entry, "migrated", fields.migrated)
        fields.assertion = assertion(entry, field: fieldName(entry, "assertion", nil))

        if Set(fields.names.map { foldedFieldName($0) }).count < fields.names.count {
            problems.error(
                entry, found: "one field name for two values", expected: "a name for each",
                hint: "names that differ in case, - or _ only are one name")
        }
        return fields
    }

    private func fieldName(_ section: Entry, _ key: String, _ standard: String?) -> String? {
        if section.isExplicitNull(key) { return nil }
        guard let entry = section[key], let name = entry.text else { return standard }
        return freeFieldName(entry, name) ?? standard
    }

    /// A name that nobody else reads anything into.
    func freeFieldName(_ entry: Entry, _ name: String) -> String? {
        let isOurs = KnownField.allCases.contains { "\($0.name)" == name.lowercased() }
        if isToken(name), !isOurs, !reservedFields.contains(name.lowercased()) { return name }
        problems.error(entry, expected: "a field name that has no other meaning", hint: "such as X-User-Id")
        return nil
    }

    private var reservedFields: [String] {
        ["upgrade-insecure-requests", "sec-websocket-key", "sec-websocket-version", "cf-connecting-ip", "x-real-ip"]
    }
}

extension IdentityFields {
    /// Those that are sent.
    var names: [String] { [userID, clerkUserID, email, method, migrated, assertion?.field].compactMap(\.self) }
}

/// As the stripping of a client's fields compares them.
func foldedFieldName(_ name: String) -> String {
    String(decoding: name.utf8.map { isAlphanumeric($0) ? $0.asciiLowercased : UInt8(ascii: "-") }, as: UTF8.self)
}

/// A token (RFC 9110 §5.6.2): the name of a field, a cookie, a scheme or a method.
func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
}

func isAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte.asciiLowercased) }

package let labelBytesMax = 64
let labelWords = "\(labelBytesMax) letters, digits, -, _ and . at most"

/// The name of a route, an origin or a kind of credential: it becomes a label of metrics and a word of commands.
func isLabel(_ text: String) -> Bool {
    (1...labelBytesMax).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
}
