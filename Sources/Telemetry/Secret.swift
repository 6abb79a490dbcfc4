/// A token, a cookie, a key or a password. It cannot be printed: every description of it is `[redacted]`, also inside
/// another value, and the bytes are reached only through `expose`, which a search for that word lists.
package struct Secret: Sendable, Hashable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    package var count: Int { bytes.count }
    package var isEmpty: Bool { bytes.isEmpty }

    /// The bytes themselves, for the code that must use them; never for a message to a person.
    package func expose() -> [UInt8] { bytes }
    package func exposeText() -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var debugDescription: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
