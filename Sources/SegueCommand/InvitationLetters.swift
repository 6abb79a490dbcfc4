internal import Files
internal import Invitations
internal import Settings

/// The letters of `invitations.templates`, and Segue's own where there is no file.
enum InvitationLetters {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private static let bytesMax = 262_144

    static func load(_ settings: InvitationSettings) throws(Fault) -> Letters {
        guard let folder = settings.templates else { return Letters() }
        var files: [String: String] = [:]
        for name in Letters.files {
            let path = "\(folder)/\(name)"
            guard Files.exists(path) else { continue }
            guard let bytes = try? Files.read(path, bytesMax: bytesMax), let text = String(validating: bytes, as: UTF8.self) else {
                throw Fault(description: "\(path) cannot be read, is larger than \(bytesMax) bytes, or is not UTF-8")
            }
            files[name] = text
        }
        guard !files.isEmpty else {
            throw Fault(description: "no file in \(folder) is named \(Letters.files.joined(separator: ", "))")
        }
        do throws(Letters.Fault) { return try Letters { files[$0] } } catch { throw Fault(description: "\(folder)/\(error)") }
    }
}
