internal import Crypto
internal import Directory
internal import Files
internal import Invitations
internal import Settings
internal import Telemetry
internal import Webhooks

/// What only the libraries that will use them can say of keys and connection strings: OpenSSL and libpq try each, so that
/// `segue check` refuses what `segue serve` would. No message of theirs is passed on where it might quote a secret.
struct MaterialCheck {
    private(set) var problems: [SettingsProblem] = []
    private let loaded: LoadedSettings

    init(_ loaded: LoadedSettings) {
        self.loaded = loaded
        if let clerk = loaded.settings.clerk { check(clerk) }
        for (index, legacy) in loaded.settings.legacy.enumerated() {
            if case .jwt(let jwt) = legacy.kind { check(jwt, at: index) }
        }
        for (index, route) in loaded.settings.routes.enumerated() {
            if case .jwt(let secret, _)? = route.mint?.kind {
                check(secret: secret, at: ["routes", .index(index), "mint", "secret"])
            }
        }
        if let assertion = loaded.settings.identity.assertion { check(assertion) }
        if let directory = loaded.settings.directory { check(directory) }
        if let invitations = loaded.settings.invitations { check(invitations) }
        if let file = loaded.settings.smtp?.authorities, !Files.exists(file) {
            add(["smtp", "caFile"], found: "no such file", expected: "a PEM file with certificates")
        }
    }

    private mutating func check(_ invitations: InvitationSettings) {
        do throws(InvitationLetters.Fault) { _ = try InvitationLetters.load(invitations) } catch {
            add(["invitations", "templates"], found: error.description, expected: "letters: docs/invitations.md")
        }
    }

    private mutating func check(_ assertion: Assertion) {
        let path: [SettingsPathStep] = ["identity", "assertionKey"]
        guard assertion.isSignedByPrivateKey else { return check(secret: assertion.key, at: path) }
        do throws(CryptoError) { _ = try PrivateKey(pem: assertion.key) } catch {
            add(path, found: "a key that cannot be used: \(error)", expected: "a PEM private key: Ed25519, P-256 or RSA")
        }
    }

    private mutating func check(_ clerk: ClerkSettings) {
        for (index, secret) in (clerk.webhooks?.secrets ?? []).enumerated() { check(signingSecret: secret, at: index) }
        guard let pem = clerk.jwtKey else { return }
        // Clerk signs with nothing else.
        check(pem, for: .rs256, at: ["clerk", "jwtKey"])
    }

    private mutating func check(signingSecret secret: Secret, at index: Int) {
        do throws(WebhookSecret.Fault) { _ = try WebhookSecret(secret) } catch {
            add(
                ["clerk", "webhooks", "secrets", .index(index)], found: "a signing secret that does not decode",
                expected: "whsec_ and base64, copied whole from Clerk's webhook endpoint")
        }
    }

    private mutating func check(_ jwt: LegacySettings.JWT, at index: Int) {
        for (number, key) in jwt.keys.enumerated() {
            let path: [SettingsPathStep] = ["legacy", .index(index), "keys", .index(number)]
            switch jwt.algorithm {
            case .hs256: check(secret: key.material, at: path + ["secret"])
            case .rs256: check(key.material.exposeText(), for: .rs256, at: path + ["publicKey"])
            case .es256: check(key.material.exposeText(), for: .es256, at: path + ["publicKey"])
            case .eddsa: check(key.material.exposeText(), for: .edDSA, at: path + ["publicKey"])
            }
        }
    }

    private mutating func check(secret: Secret, at path: [SettingsPathStep]) {
        do throws(CryptoError) { _ = try HMACKey(secret) } catch {
            add(path, found: "a secret that cannot be used: \(error)", expected: "random bytes that nobody else knows")
        }
    }

    private mutating func check(_ pem: String, for algorithm: SignatureAlgorithm, at path: [SettingsPathStep]) {
        let expected = "a PEM public key for \(algorithm.rawValue): \(algorithm.keyWords)"
        do throws(CryptoError) {
            let found = try PublicKey(pem: pem).parameters.algorithm
            if found != algorithm { add(path, found: "a key for \(found.rawValue)", expected: expected) }
        } catch {
            add(path, found: "a key that cannot be used: \(error)", expected: expected)
        }
    }

    private mutating func check(_ directory: DirectorySettings) {
        let schema = DirectorySchema(directory)
        for (name, isReadable) in [("url", schema.isURLReadable), ("directUrl", schema.isDirectURLReadable)] where !isReadable {
            problems.append(
                loaded.problem(
                    at: ["directory", .name(name)], found: "a connection string that libpq cannot read",
                    expected: "postgresql://user:password@host:port/database?name=value",
                    hint: "in the user name and the password, %, @, :, /, ? and # are written as %25, %40, %3A, %2F, %3F and %23"))
        }
    }

    private mutating func add(_ path: [SettingsPathStep], found: String, expected: String) {
        problems.append(loaded.problem(at: path, found: found, expected: expected))
    }
}

extension SignatureAlgorithm {
    fileprivate var keyWords: String {
        switch self {
        case .rs256: "RSA, 2048 bits or more"
        case .es256: "a point on P-256"
        case .edDSA: "Ed25519"
        }
    }
}
