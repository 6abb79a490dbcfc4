import Authentication
import HTTP
import HTTP1
import Identity
import Settings
import Telemetry

// A minted credential stands alone where the origin looks for it: of two, an origin might take the client's.
extension MintedCredential {
    /// Whether a line of the client's goes because this one takes its place. Cookies are put together anew.
    func replaces(_ line: FieldLine, in section: FieldSection) -> Bool {
        switch place {
        case .bearer, .scheme: line.known == .authorization
        case .cookie: line.known == .cookie
        case .header(let name): isSpelling(section.bytes[line.name], of: name)
        case .query: false
        }
    }

    /// Whether a Set-Cookie of the origin's would hand it to the client: applications renew a session by setting it again.
    func isTold(by line: FieldLine, of section: FieldSection) -> Bool {
        let (value, told) = (section.bytes[line.value], text.expose())
        guard !told.isEmpty, value.count >= told.count else { return false }
        return (value.startIndex...value.endIndex - told.count).contains { value[$0...].starts(with: told) }
    }

    /// Whether some server takes the two for one name: CGI folds them so.
    private func isSpelling(_ spelling: ArraySlice<UInt8>, of name: String) -> Bool {
        func folded(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte.asciiLowercased }
        return spelling.lazy.map(folded).elementsEqual(name.utf8.lazy.map(folded))
    }
}

extension Rewriter {
    func append(
        _ minted: MintedCredential, _ section: FieldSection, _ removal: CredentialRemoval?, to output: inout [UInt8]
    ) {
        switch minted.place {
        case .bearer: output.append(copying: "Authorization: Bearer ")
        case .scheme(let name): output.append(contentsOf: "Authorization: \(name) ".utf8)
        case .header(let name): output.append(contentsOf: "\(name): ".utf8)
        case .cookie(let name):
            // One line for all: several frameworks read the first only (RFC 6265 §5.4 sends no more).
            output.append(copying: "Cookie: ")
            appendOtherCookies(than: name, section, removal, to: &output)
            output.append(contentsOf: "\(name)=".utf8)
        case .query: return
        }
        output.append(contentsOf: minted.text.expose())
        output.append(copying: "\r\n")
    }

    private func appendOtherCookies(
        than name: String, _ section: FieldSection, _ removal: CredentialRemoval?, to output: inout [UInt8]
    ) {
        for line in section.lines where line.known == .cookie {
            var pairs = CookiePairs(of: line.value)
            while let pair = pairs.next(in: section.bytes) {
                if pair.whole.isEmpty || removal?.dropsCookie(named: pair.name, in: section.bytes) ?? false { continue }
                let found = section.string(pair.name).filter { $0 != " " && $0 != "\t" }
                if found.lowercased() == name.lowercased() { continue }
                output.append(contentsOf: section.bytes[pair.whole])
                output.append(copying: "; ")
            }
        }
    }
}
