import Migration
import Settings
import Telemetry
import Testing

/// Published digests of each form, and what is one letter away from them.
@Suite("PasswordDigest") struct PasswordDigestTests {
    private static let bcrypt = "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"

    /// With where they were published.
    static let examples: [(PasswordHasher, String)] = [
        // pyca/bcrypt, tests/test_bcrypt.py.
        (.bcrypt, "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"),
        // Openwall crypt_blowfish 1.3, wrapper.c: the same form under both of its other letters.
        (.bcrypt, "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        (.bcrypt, "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        // passlib, tests/test_handlers_django.py: django_bcrypt_sha256 of the empty password.
        (.bcryptSHA256Django, "bcrypt_sha256$$2a$06$/3OeRpbOf8/l6nPPRdZPp.nRiyYqPobEZGdNRBWihQhiFDh1ws1tu"),
        // The reference implementation (P-H-C/phc-winner-argon2, README.md and src/test.c).
        (.argon2i, "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b2dWRWJTmaaJObG"),
        (.argon2id, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        // RFC 6070's fourth vector (4096 rounds of "password" and "salt"), in Clerk's form.
        (.pbkdf2SHA1, "pbkdf2_sha1$4096$salt$4b007901b765489abead49d926f721d065a429c1"),
        (.pbkdf2SHA1, "pbkdf2_sha1$4096$73616c74$4b007901b765489abead49d926f721d065a429c1$20"),
        // Django, tests/auth_tests/test_hashers.py: test_pbkdf2.
        (.pbkdf2SHA256Django, "pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps="),
        // The same digests as Django stores them, its own name before the form.
        (.bcrypt, "bcrypt$$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"),
        (.argon2id, "argon2$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        // SHA-512 of PBKDF2: Django's length and Clerk's form; no vector is published in it.
        (.pbkdf2SHA512, "pbkdf2_sha512$1000$salt$" + String(repeating: "0a", count: 64)),
        (.pbkdf2SHA512Hex, "pbkdf2_sha512_hex$1000$73616c74$" + String(repeating: "0a", count: 64)),
        (.sha512Symfony, "sha512_symfony$5000$salt$" + String(repeating: "A", count: 86) + "=="),
        // Firebase's published example (firebase/scrypt, README.md).
        (
            .scryptFirebase,
            "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$42xEC+ixf3L2lw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$Bw==$8$14"
        ),
        // Werkzeug's form (pallets/werkzeug, src/werkzeug/security.py): scrypt:N:r:p$salt$hash.
        (.scryptWerkzeug, "scrypt:32768:8:1$T7PvZ2mAt8Qhfn4B$" + String(repeating: "1f", count: 64)),
        // phpass 0.5's own check ("test12345", openwall.com/phpass).
        (.phpass, "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
        // RFC 1321 §A.5 and FIPS 180-2 §B.1: of "abc".
        (.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        // The form of RFC 2307 §5.3 with four bytes of salt behind the hash.
        (.ldapSSHA, "{SSHA}" + String(repeating: "A", count: 32)),
        (.awsCognito, "awscognito#us-east-1_abc#client#ada"),
    ]

    private func read(_ text: String, _ declared: PasswordHasher? = nil) -> PasswordDigest.Reading {
        PasswordDigest.read(Secret(text), declared: declared)
    }

    private func hasher(_ text: String, _ declared: PasswordHasher? = nil) -> PasswordHasher? {
        if case .digest(let digest) = read(text, declared) { digest.hasher } else { nil }
    }

    @Test(arguments: examples) func `a digest says itself which hasher made it`(hasher: PasswordHasher, text: String) {
        #expect(self.hasher(text) == hasher)
    }

    @Test(arguments: [
        (PasswordHasher.bcryptPeppered, bcrypt + "$pepper"),
        (.pbkdf2SHA256, "pbkdf2_sha256$1000$c2FsdA==$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps="),
        (.md5Salted, "salt$900150983cd24fb0d6963f7d28e17f72"),
        (.sha256Salted, "salt$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ]) func `what cannot be told from the form is taken as declared`(hasher: PasswordHasher, text: String) {
        #expect(self.hasher(text) != hasher)
        #expect(self.hasher(text, hasher) == hasher)
    }

    @Test(arguments: PasswordHasher.allCases) func `every hasher has an example here`(hasher: PasswordHasher) {
        let declared: Set<PasswordHasher> = [.bcryptPeppered, .pbkdf2SHA256, .md5Salted, .sha256Salted]
        #expect(Self.examples.contains { $0.0 == hasher } || declared.contains(hasher))
    }

    @Test(arguments: examples) func `a digest cut short is never taken for whole`(hasher: PasswordHasher, text: String) {
        // Hexadecimal of a free length, Cognito's names and Firebase's last number are whole at other lengths as well.
        guard ![.pbkdf2SHA512, .pbkdf2SHA512Hex, .awsCognito, .ldapSSHA, .scryptFirebase].contains(hasher),
            text != Self.examples[6].1
        else {
            return
        }
        #expect(self.hasher(String(text.dropLast())) == nil)
    }

    @Test(arguments: examples) func `a digest with a blank or a line end is not taken`(hasher: PasswordHasher, text: String) {
        guard hasher != .awsCognito else { return }
        #expect(self.hasher(text + "\n") == nil)
        #expect(self.hasher(" " + text) == nil)
    }

    @Test(arguments: [
        "$2b$03$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm",
        "$2b$32$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm",
        "$2b$4$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEmX",
        "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YE+",
    ]) func `a bcrypt digest with an impossible cost or letter is malformed`(text: String) {
        #expect(read(text) == .malformed(.bcrypt))
    }

    @Test(arguments: [
        ("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "bcrypt 2x"),
        ("$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "phpass with $H$"), ("$6$salt$hash", "sha512crypt"),
        ("pbkdf2:sha256:600000$salt$0a0a", "Werkzeug pbkdf2"), ("sha1$salt$0a0a", "Django sha1"),
        ("a9993e364706816aba3e25717850c26c9cd0d89d", "sha1"), ("salt$900150983cd24fb0d6963f7d28e17f72", "md5 with a salt"),
    ]) func `a form that Clerk does not take is named`(text: String, scheme: String) {
        #expect(read(text) == .unsupported(scheme: scheme))
    }

    @Test(arguments: ["hunter2", "correct horse battery staple", "$", "$$$", "md5", "\u{0}", "é"])
    func `what has no known form is not guessed at`(text: String) { #expect(read(text) == .unrecognized) }

    @Test(arguments: ["", "!", "!hQ2ZkJ", "*", "x"]) func `an account without a password has nothing to mend`(text: String) {
        #expect(read(text) == .none)
        #expect(read(text, .bcrypt) == .none)
    }

    @Test func `another hasher than the declared one is malformed`() {
        #expect(read("900150983cd24fb0d6963f7d28e17f72", .bcrypt) == .malformed(.bcrypt))
    }

    @Test func `a digest prints nothing of itself`() { #expect(!"\(read(Self.bcrypt))".contains("cVWp4")) }
}
