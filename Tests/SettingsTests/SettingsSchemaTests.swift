import Files
import JSON
import Settings
import Testing

/// The files of the repository that are written from, or read by, this module.
@Suite("SettingsSchema") struct SettingsSchemaTests {
    private let root = String(#filePath.prefix { _ in true }.split(separator: "/").dropLast(3).joined(separator: "/"))

    private func read(_ path: String) throws -> String {
        try String(decoding: Files.read("/\(root)/\(path)", bytesMax: 1 << 20), as: UTF8.self)
    }

    @Test func `the schema in the tree is that of this release`() throws {
        #expect(try read("docs/routes.schema.json") == SettingsSchema.text, "segue check --schema > docs/routes.schema.json")
    }

    @Test func `the schema is JSON, and the same document`() throws {
        #expect(try JSONValue(parsing: Array(SettingsSchema.text.utf8)) == SettingsSchema.document)
    }

    @Test func `the settings page holds the tables of this release`() throws {
        #expect(
            try read("docs/settings.md").contains(SettingsReference.markdown),
            "replace them by the output of segue check --reference")
    }

    @Test func `the file at the top of the tree passes with the demo's environment, without a warning`() throws {
        let environment = [
            "CLERK_PUBLISHABLE_KEY": "pk_test_MTI3LjAuMC4xOjQwMTAk", "CLERK_SECRET_KEY": "sk_test_demo",
            "JWT_SECRET": "a secret of the demo, 32 bytes long",
            "SEGUE_CLERK_ISSUER": "http://127.0.0.1:4010", "CLERK_API_URL": "http://127.0.0.1:4010",
        ]
        let loaded = try SettingsLoader.load(path: "/\(root)/routes.json", environment: environment)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.settings.clerk?.jwksURL == "http://127.0.0.1:4010/.well-known/jwks.json")
        #expect(Set(loaded.settings.routes.map(\.mode)) == [.public, .dual, .clerk, .observe])
        #expect(loaded.settings.routes.first { $0.name == "posts" }?.setQuery == [.init(name: "user_id", template: .userID)])
    }

    /// A key that the loader takes is in the schema, and the other way round.
    @Test func `each key of the schema is known to the loader, and no other`() throws {
        try walk(SettingsSchema.document, path: "")
    }

    private func walk(_ schema: JSONValue, path: String) throws {
        for member in schema["properties"]?.object ?? [] {
            let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
            #expect(try !isUnknown(inner), "\(inner)")
            try walk(member.value, path: inner)
        }
        if schema["properties"] != nil { #expect(try isUnknown(path.isEmpty ? "zzz" : "\(path).zzz"), "\(path)") }
        for choice in schema["anyOf"]?.array ?? [] { try walk(choice, path: path) }
        if let items = schema["items"] { try walk(items, path: "\(path).0") }
        if let values = schema["additionalProperties"], values.object != nil { try walk(values, path: "\(path).name") }
    }

    /// Puts something at the path and asks whether the loader has heard of the key.
    private func isUnknown(_ path: String) throws -> Bool {
        let place = path.split(separator: ".").reduce("") { text, part in
            Int(part) != nil ? "\(text)[\(part)]" : text.isEmpty ? String(part) : "\(text).\(part)"
        }
        return try Sample.problems(path, "7").contains { $0.path == place && $0.found == "an unknown key" }
    }
}
