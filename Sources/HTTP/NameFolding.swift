/// What lenient applications make of a name: letters without their case, and `-` for every byte that is neither a letter nor a
/// digit. WSGI, Rack, PHP and CGI fold the names of fields like this, and PHP those of cookies nearly so.
package enum NameFolding {
    @inlinable package static func fold(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: UInt8(ascii: "-")
        }
    }

    package static func folded(_ name: String) -> [UInt8] { name.utf8.map(fold) }

    package static func isSpelling(_ spelling: ArraySlice<UInt8>, of folded: [UInt8]) -> Bool {
        spelling.count == folded.count && spelling.lazy.map(fold).elementsEqual(folded)
    }
}
