package import HTTP

/// Finds what the verifiers might take, without judging it and without allocating.
extension CredentialPlan {
    package func find(in head: RequestHead, for requirement: Requirement) -> FoundCredentials {
        var found = find(in: head)
        if let upgrade = upgrade(for: requirement) { findTokens(of: upgrade, in: head, &found) }
        return found
    }

    package func find(in head: RequestHead) -> FoundCredentials {
        var found = FoundCredentials()
        let bytes = head.section.bytes
        for line in head.section.lines {
            if line.known == .authorization {
                readAuthorization(line.value, bytes, &found)
            } else if line.known == .cookie {
                readCookies(line.value, bytes, &found)
            }
            if readsFields, let source = source(.field, named: line.name, in: bytes), !line.value.isEmpty {
                found.add(FoundCredential(value: line.value, source: source, of: self))
            }
        }
        if readsQuery, let query = head.query { readQuery(query, bytes, &found) }
        return found
    }

    /// RFC 9110 §11.4: a scheme, at least one space, and the credentials.
    private func readAuthorization(_ value: Range<Int>, _ bytes: [UInt8], _ found: inout FoundCredentials) {
        guard case .absent = found.authorization else { return found.authorization = .several }
        var schemeEnd = value.lowerBound
        while schemeEnd < value.upperBound, bytes[schemeEnd] != UInt8(ascii: " ") { schemeEnd += 1 }
        var tokenStart = schemeEnd
        while tokenStart < value.upperBound, bytes[tokenStart] == UInt8(ascii: " ") { tokenStart += 1 }
        guard tokenStart < value.upperBound else {
            // A field that a legacy entry reads as a whole (`header:Authorization`) needs no scheme.
            found.authorization = readsWholeAuthorization ? .otherScheme : .malformed
            return
        }
        guard let source = source(.authorization, named: value.lowerBound..<schemeEnd, in: bytes) else {
            found.authorization = .otherScheme
            return
        }
        found.authorization = .taken
        found.add(FoundCredential(value: tokenStart..<value.upperBound, source: source, of: self))
    }

    private func readCookies(_ value: Range<Int>, _ bytes: [UInt8], _ found: inout FoundCredentials) {
        var pairs = CookiePairs(of: value)
        while let pair = pairs.next(in: bytes) {
            guard !pair.value.isEmpty, let source = source(.cookie, named: pair.name, in: bytes) else { continue }
            found.add(FoundCredential(value: pair.value, source: source, of: self))
        }
    }

    private func readQuery(_ query: Range<Int>, _ bytes: [UInt8], _ found: inout FoundCredentials) {
        var parameters = QueryParameters(of: query)
        while let parameter = parameters.next(in: bytes) {
            guard !parameter.value.isEmpty, let source = querySource(named: parameter.name, in: bytes) else { continue }
            let isEncoded = PercentDecoding.isNeeded(parameter.value, in: bytes)
            found.add(FoundCredential(value: parameter.value, source: source, of: self, isEncoded: isEncoded))
        }
    }

    /// A name is the same in any encoding: `%74oken` is read as `token` by every framework behind us.
    func querySource(named name: Range<Int>, in bytes: [UInt8]) -> Int? {
        guard PercentDecoding.isNeeded(name, in: bytes) else { return source(.query, named: name, in: bytes) }
        let decoded = PercentDecoding.decode(name, in: bytes)
        return source(.query, named: 0..<decoded.count, in: decoded)
    }
}
