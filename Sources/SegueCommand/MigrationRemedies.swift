internal import Directory
internal import Identity
internal import Migration
internal import Settings

// What to do about each cause: SQL that can be pasted where it is safe for every row, a setting, or where to look.
extension MigrationDefect {
    /// What the code does not say.
    var detail: String? {
        switch self {
        case .digestUnsupported(let scheme): scheme
        case .digestMalformed(let hasher): hasher.rawValue
        case .externalIDAmbiguous, .linkMalformed, .noIdentifier, .emailMalformed, .emailNotASCII, .emailTest, .emailShared,
            .phoneMalformed,
            .phoneShared, .usernameMalformed, .usernameShared, .missing, .digestUnrecognized, .totpSecretMalformed,
            .backupCodesMalformed, .createdAtUnreadable, .createdAtInFuture, .publicMetadataTooLarge, .privateMetadataTooLarge:
            nil
        }
    }

    func remedy(_ names: MigrationNames) -> String {
        switch self {
        case .externalIDAmbiguous:
            "Clerk reads + and - before an external_id as with and without; such a row cannot be looked up again, so create its user by hand and `segue link` them"
        case .linkMalformed: Self.unlink(names)
        case .noIdentifier: "give the row an address, or leave it out with --where"
        case .emailMalformed: "correct the address, or empty it and give the row another way to sign in"
        case .emailNotASCII: "ask the person for an address in ASCII: such a one cannot be linked, and Clerk may fold its letters"
        case .emailTest: "take +clerk_test out of the address: with it, a published code signs anybody in"
        case .emailShared: Self.twins(names.email.map { "lower(\($0))" }, names)
        case .phoneMalformed: "write the number in E.164 form: +, country code, number, no blanks (+15551234567)"
        case .phoneShared: Self.twins(names.phone, names)
        case .usernameMalformed:
            "Clerk takes 4 to 64 letters, digits, _ and -, and not only digits: rename, or take username out of directory.users"
        case .usernameShared: Self.twins(names.username.map { "lower(\($0))" }, names)
        case .missing:
            "migrate.required demands it: fill the column, or make it optional in Clerk and take it out of migrate.required"
        case .digestUnrecognized:
            "see what is stored there (a password in plain text?); name the hasher in migrate.passwordHasher, or empty the column for those who are to sign in by code"
        case .digestUnsupported(let scheme): Self.unsupported(scheme, names)
        case .digestMalformed:
            "the digest has not the form of its hasher: a column that is too short cuts it; empty it for those who are to sign in by code"
        case .totpSecretMalformed:
            names.totpSecret.map {
                "base32 in capitals without blanks, 16 digits or more: UPDATE \(names.table) SET \($0) = upper(replace(\($0), ' ', ''))"
            }
                ?? "base32 in capitals without blanks"
        case .backupCodesMalformed: "a list of codes of 4 letters or more, with commas or blanks between, or a JSON array of them"
        case .createdAtUnreadable: "Clerk wants a time; correct the row, or take createdAt out of directory.users"
        case .createdAtInFuture:
            names.createdAt.map {
                "Clerk refuses times to come; a zone was mistaken? SELECT \(names.id), \($0) FROM \(names.table) ORDER BY \($0) DESC"
            }
                ?? "Clerk refuses times to come"
        case .publicMetadataTooLarge: "take a column out of migrate.publicMetadata: Clerk holds 8 KiB, and session tokens less"
        case .privateMetadataTooLarge: "take a column out of migrate.privateMetadata: Clerk holds 8 KiB"
        }
    }

    private static func unlink(_ names: MigrationNames) -> String {
        guard let column = names.clerkUserID, column != names.id else {
            return "the row's Clerk user id does not begin with user_: correct it, or leave the row out with --where"
        }
        return
            "nobody is linked by such a value, and an id of your own belongs into another column: UPDATE \(names.table) SET \(column) = NULL WHERE substr(\(column), 1, 5) <> 'user_'"
    }

    /// As text: PostgreSQL knows no least uuid.
    private static func twins(_ expression: String?, _ names: MigrationNames) -> String {
        guard let expression else { return "leave it to one row" }
        return
            "Clerk gives it to one user: leave it to one row, which these share: SELECT \(expression), count(*), min(CAST(\(names.id) AS text)), max(CAST(\(names.id) AS text)) FROM \(names.table) GROUP BY 1 HAVING count(*) > 1"
    }

    private static func unsupported(_ scheme: String, _ names: MigrationNames) -> String {
        switch scheme {
        case "phpass with $H$":
            guard let column = names.passwordHash else { break }
            return
                "the same as $P$ under another name: UPDATE \(names.table) SET \(column) = '$P$' || substr(\(column), 4) WHERE \(column) LIKE '$H$%'"
        case "md5 with a salt", "sha256 with a salt":
            return
                "if the salt stands before the password, say so: migrate.passwordHasher \"\(scheme.prefix { $0 != " " })_salted\""
        default: break
        }
        return
            "Clerk takes no such digest: empty it for those who are to sign in by code, or let them sign in the old way first and store another"
    }
}

extension MigrationNote {
    var detail: String? {
        switch self {
        case .weakDigest(let hasher): hasher.rawValue
        case .privileged, .emailReserved, .noPassword, .inClerk, .emailInClerk, .digestChanged: nil
        }
    }

    var meaning: String {
        switch self {
        case .inClerk: "in Clerk already under this id: linked, and not created"
        case .emailInClerk:
            "somebody in Clerk has the address: linked if its owner has proved it there, otherwise a case for segue review"
        case .digestChanged:
            "linked, and the password was changed in the old system since: Clerk is told again, unless its user has signed in there"
        case .privileged: "the role is among linking.privilegedRoles: whoever has the address will have the role"
        case .emailReserved: "the old system has not proved the address: created as reserved, and proved at the first sign-in"
        case .noPassword: "created without a password: they sign in by code, or choose a password"
        case .weakDigest: "guessed quickly by whoever steals it; Clerk replaces it with bcrypt at the first sign-in"
        }
    }
}

extension MigrationSkip {
    var meaning: String {
        switch self {
        case .alreadyLinked: "has a Clerk user"
        case .inactive: "refused by Segue, and so not created"
        case .rowGone: "deleted by the application since it was planned"
        }
    }
}
