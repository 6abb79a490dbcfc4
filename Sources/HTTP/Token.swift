/// Whether a name may hold this byte: `tchar` (RFC 9110 §5.6.2).
package func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
