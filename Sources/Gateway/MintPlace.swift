import Authentication
import HTTP
import HTTP1
import Settings

/// Where an origin looks for the credential that Segue makes for it (`routes[].mint.to`). Nothing of the client's goes there: of
/// two credentials an origin might take the client's, and where none is made it would. The one exception is the client's
/// old credential, where it is by the one in this very place that the request passes.
final class MintPlace: Sendable {
    let source: CredentialSource
    /// The name of the field or cookie, as `NameFolding` folds it.
    let folded: [UInt8]

    init(_ source: CredentialSource) {
        self.source = source
        switch source {
        case .header(let name), .cookie(let name): folded = NameFolding.folded(name)
        case .bearer, .scheme, .query: folded = []
        }
    }

    /// The field that is its own, for `FieldFilter`.
    var field: String? { source.field }

    /// Whether a line of this kind goes. Cookies are put together anew.
    func clears(_ known: KnownField, _ removal: CredentialRemoval?) -> Bool {
        switch source {
        case .bearer, .scheme: known == .authorization && !isTaken(removal)
        case .cookie: known == .cookie && !isTaken(removal)
        case .header, .query: false
        }
    }

    /// Whether a field of this name goes; the old credential that decided stays, in its own spelling.
    func strips(_ name: ArraySlice<UInt8>, _ removal: CredentialRemoval?) -> Bool {
        guard let field, NameFolding.isSpelling(name, of: folded) else { return false }
        return !isTaken(removal) || !isSameField(name, field.utf8)
    }

    /// Whether the old credential that the request passes by stands here.
    func isTaken(_ removal: CredentialRemoval?) -> Bool {
        guard let old = removal?.decidingLegacyPlace else { return false }
        return switch (source, old) {
        case (.bearer, .bearer), (.bearer, .scheme), (.scheme, .bearer), (.scheme, .scheme): true
        case (.bearer, .header(let name)), (.scheme, .header(let name)): isSameField(name.utf8, "authorization".utf8)
        case (.header(let name), .header(let other)): isSameField(name.utf8, other.utf8)
        case (.cookie(let name), .cookie(let other)): name == other
        case (.bearer, _), (.scheme, _), (.header, _), (.cookie, _), (.query, _): false
        }
    }

    private func isSameField(_ name: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        name.lazy.map(\.asciiLowercased).elementsEqual(other.lazy.map(\.asciiLowercased))
    }
}
