import Authentication
import HTTP
import HTTP1
import Identity
import Settings
import Telemetry

extension MintedCredential {
    /// Whether a field of the origin's answer would give the client what is for the origin alone: this credential, under whatever
    /// name, or a cookie with another session that the origin made of it, which would outlive Clerk's. An empty value ends a
    /// session, and passes.
    func isTold(by line: FieldLine, of section: FieldSection) -> Bool {
        let value = section.bytes[line.value]
        if line.known == .setCookie, case .cookie(let name) = place, sets(value, name) { return true }
        if isWithin(value) { return true }
        return value.contains(UInt8(ascii: "%")) && isWithin(PercentDecoding.decode(line.value, in: section.bytes)[...])
    }

    private func isWithin(_ value: ArraySlice<UInt8>) -> Bool {
        let told = text.expose()
        // Base64 says the same without its padding, which is the first to go in a URL.
        guard let last = told.lastIndex(where: { $0 != UInt8(ascii: "=") }), value.count > last else { return false }
        return (value.startIndex..<value.endIndex - last).contains { value[$0...].starts(with: told[...last]) }
    }

    private func sets(_ field: ArraySlice<UInt8>, _ name: String) -> Bool {
        func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
            let start = text.drop(while: isSpace)
            return start.dropLast(start.reversed().prefix(while: isSpace).count)
        }
        let pair = field.prefix { $0 != UInt8(ascii: ";") }
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
            NameFolding.isSpelling(trimmed(pair[..<equals]), of: NameFolding.folded(name))
        else { return false }
        let value = trimmed(pair[(equals + 1)...])
        return !value.isEmpty && !value.elementsEqual("\"\"".utf8)
    }
}

extension Rewriter {
    /// What stands at the place of a minted credential: it, and of the client's cookies those that are none.
    func append(
        _ minted: MintedCredential?, at place: MintPlace, _ section: FieldSection, _ removal: CredentialRemoval?,
        to output: inout [UInt8]
    ) {
        if case .cookie(let name) = place.source {
            if !place.isTaken(removal) { appendCookies(with: minted, named: name, at: place, section, removal, to: &output) }
            return
        }
        guard let minted else { return }
        switch place.source {
        case .bearer: output.append(copying: "Authorization: Bearer ")
        case .scheme(let name): output.append(contentsOf: "Authorization: \(name) ".utf8)
        case .header(let name): output.append(contentsOf: "\(name): ".utf8)
        case .cookie, .query: return
        }
        output.append(contentsOf: minted.text.expose())
        output.append(copying: "\r\n")
    }

    /// One line for all: several frameworks read the first only (RFC 6265 §5.4 sends no more).
    private func appendCookies(
        with minted: MintedCredential?, named name: String, at place: MintPlace, _ section: FieldSection,
        _ removal: CredentialRemoval?, to output: inout [UInt8]
    ) {
        let mark = output.count
        output.append(copying: "Cookie: ")
        let start = output.count
        for line in section.lines where line.known == .cookie {
            var pairs = CookiePairs(of: line.value)
            while let pair = pairs.next(in: section.bytes) {
                if pair.whole.isEmpty || removal?.drops(pair, in: section.bytes) ?? false { continue }
                if pair.mayBe(place.folded, in: section.bytes) { continue }
                if output.count > start { output.append(copying: "; ") }
                output.append(contentsOf: section.bytes[pair.whole])
            }
        }
        if let minted {
            if output.count > start { output.append(copying: "; ") }
            output.append(contentsOf: "\(name)=".utf8)
            output.append(contentsOf: minted.text.expose())
        }
        if output.count == start { output.removeSubrange(mark...) } else { output.append(copying: "\r\n") }
    }
}
