package import HTTP
import JSON
import Settings

/// `require.json` and `require.form`: top-level members of the content that must be the caller's. The content is read as
/// the strictest reader would, and refused where a lenient one could read something else: it is forwarded as it was sent.
package struct RequiredContent: Sendable {
    private struct Member: Sendable {
        let name: String
        let folded: QueryName
        let template: Route.Template
    }

    /// Most content that is held to be checked.
    package let bytesMax: Int
    private let json: [Member]
    private let form: QueryRewriter

    init(_ route: Route) {
        bytesMax = route.requiredContentBytes
        json = route.requireJSON.map { Member(name: $0.name, folded: QueryName($0.name), template: $0.template) }
        form = QueryRewriter(set: [], require: route.requireForm)
    }

    package var isEmpty: Bool { json.isEmpty && form.isEmpty }

    /// Looks at the fields before any of the content is waited for.
    package func check(_ section: FieldSection) throws(RequirementRefusal) -> Form {
        let type = try ContentType(section)
        if type.isJSON, !json.isEmpty { return .json }
        if type.isForm, !form.isEmpty { return .urlEncoded }
        throw .contentTypeIsNotChecked
    }

    package enum Form: Sendable { case json, urlEncoded }

    package func check(_ content: Span<UInt8>, _ kind: Form, for caller: CallerValues) throws(RequirementRefusal) {
        switch kind {
        case .json: try checkJSON(content, caller)
        case .urlEncoded: try checkForm(content, caller)
        }
    }

    private func checkJSON(_ content: Span<UInt8>, _ caller: CallerValues) throws(RequirementRefusal) {
        let object: JSONObjectIndex
        do throws(JSONError) { object = try JSONObjectIndex(content) } catch {
            if case .duplicateMember = error.reason { throw .jsonHasTwins }
            throw .jsonIsMalformed
        }
        for member in json {
            // Go and .NET take a name in any case, and the last of several counts.
            let found = object.members { member.folded.isName(of: plainASCII($0.string(in: content))) }
            guard found.count <= 1 else { throw .jsonHasTwins }
            guard let one = found.first, one.name.isEqual(to: member.name, in: content), let value = member.template.value(caller),
                isEqual(one.value, to: value, in: content)
            else { throw .contentIsAnothers }
        }
    }

    /// The two letters outside ASCII that fold to letters within it (Unicode CaseFolding: U+017F, U+212A).
    private func plainASCII(_ name: String) -> [UInt8] {
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return Array(name.utf8) }
        return name.unicodeScalars.flatMap { scalar -> [UInt8] in
            switch scalar {
            case "\u{17F}": [UInt8(ascii: "s")]
            case "\u{212A}": [UInt8(ascii: "k")]
            default: Array(String(scalar).utf8)
            }
        }
    }

    /// An id may be a string or a number, written in just this way: `7.0` and `7e0` are somebody's 7 too.
    private func isEqual(_ found: JSONObjectIndex.Value, to value: String, in content: Span<UInt8>) -> Bool {
        switch found {
        case .string(let text): return text.isEqual(to: value, in: content)
        case .number(let range): return isWritten(value.utf8.span, at: range, in: content)
        case .null, .bool, .array, .object: return false
        }
    }

    private func isWritten(_ value: Span<UInt8>, at range: Range<Int>, in content: Span<UInt8>) -> Bool {
        guard value.count == range.count else { return false }
        for index in value.indices where value[index] != content[range.lowerBound + index] { return false }
        return true
    }

    private func checkForm(_ content: Span<UInt8>, _ caller: CallerValues) throws(RequirementRefusal) {
        // Whoever decodes all of it as UTF-8 first (WHATWG Encoding §6, Express) takes this off the first parameter's name.
        if content.count >= 3, content[0] == 0xEF, content[1] == 0xBB, content[2] == 0xBF { throw .formIsMalformed }
        var ignored: [UInt8] = []
        do throws(QueryRefusal) {
            try form.rewrite(content, for: caller, into: &ignored)
        } catch {
            throw error == .notYours ? .contentIsAnothers : .formIsMalformed
        }
    }
}
