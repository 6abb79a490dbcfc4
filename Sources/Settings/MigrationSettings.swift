/// `migrate` in `routes.json`: what Clerk is told of a row beyond what `directory.users` names.
package struct MigrationSettings: Sendable, Equatable {
    /// How every digest was made; `nil`: each says so by its own form.
    package var passwordHasher: PasswordHasher?
    /// What the Clerk instance demands of each user.
    package var required: [RequiredField] = []
    package var publicMetadata: [MetadataColumn] = []
    package var privateMetadata: [MetadataColumn] = []

    package init() {}

    package enum RequiredField: String, Sendable, CaseIterable { case email, phone, username, firstName, lastName, password }

    /// A member of the metadata, and the column of the users table that holds its value.
    package struct MetadataColumn: Sendable, Equatable {
        package var name: String
        package var column: String
        package init(name: String, column: String) { (self.name, self.column) = (name, column) }
    }
}

/// The words of Clerk's `password_hasher` whose digests have a documented form.
package enum PasswordHasher: String, Sendable, CaseIterable {
    case bcrypt
    case bcryptSHA256Django = "bcrypt_sha256_django"
    case bcryptPeppered = "bcrypt_peppered"
    case argon2i, argon2id
    case pbkdf2SHA1 = "pbkdf2_sha1"
    case pbkdf2SHA256 = "pbkdf2_sha256"
    case pbkdf2SHA256Django = "pbkdf2_sha256_django"
    case pbkdf2SHA512 = "pbkdf2_sha512"
    case pbkdf2SHA512Hex = "pbkdf2_sha512_hex"
    case scryptFirebase = "scrypt_firebase"
    case scryptWerkzeug = "scrypt_werkzeug"
    case phpass
    case md5
    case md5Salted = "md5_salted"
    case sha256
    case sha256Salted = "sha256_salted"
    case sha512Symfony = "sha512_symfony"
    case ldapSSHA = "ldap_ssha"
    case awsCognito = "awscognito"
}
