import HTTP
import Testing

@testable import HTTP1

@Suite struct CharacterSetsTests {
    private static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let subDelims = "!$&'()*+,;="

    @Test(arguments: [
        (CharacterSet128.token, alphanumeric + "!#$%&'*+-.^_`|~"), (.path, alphanumeric + subDelims + "-._~%:@/[]"),
        (.query, alphanumeric + subDelims + "-._~%:@/[]?^`{|}"), (.unreserved, alphanumeric + "-._~"),
    ])
    func `a set holds exactly its grammar`(set: CharacterSet128, grammar: String) {
        let allowed = Set(grammar.utf8)
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == allowed.contains(byte), "byte \(byte)") }
    }

    @Test func `control bytes and the ends of tokens are found at every distance`() {
        for distance in 0..<40 {
            for byte in UInt8.min...UInt8.max {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 40)
                bytes[distance] = byte
                let isControl = byte < 32 && byte != 9 || byte == 127
                #expect(firstControl(in: bytes.span, from: 0, to: 40) == (isControl ? distance : 40))
                #expect(endOfToken(in: bytes.span, from: 0, to: 40) == (byte.isTokenCharacter ? 40 : distance))
            }
        }
    }

    @Test func `every known field is recognised in any case, and nothing near it`() {
        for field in KnownField.allCases where field != .other {
            let name = Array(field.name.description.utf8)
            let upper = name.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 32 : $0 }
            #expect(KnownField(recognising: 0..<name.count, of: name.span) == field)
            #expect(KnownField(recognising: 0..<upper.count, of: upper.span) == field)
            for index in name.indices {
                for byte in [UInt8(ascii: "_"), UInt8(ascii: "z"), UInt8(ascii: "."), name[index] ^ 1] where byte != name[index] {
                    var near = name
                    near[index] = byte
                    let found = KnownField(recognising: 0..<near.count, of: near.span)
                    #expect(found == .other || near.elementsEqual(found.name.description.utf8))
                }
            }
        }
    }
}
