extension Shape {
    static let migrate: Shape = .object([
        key(
            "passwordHasher", .words(of: PasswordHasher.self), standard: "by each digest's own form",
            "Clerk's name of what made every digest in `directory.users.passwordHash`."),
        key(
            "required", .array(.words(of: MigrationSettings.RequiredField.self)), standard: "[]",
            "What the Clerk instance demands of each user: a row without it is a defect."),
        key(
            "publicMetadata", .map(.string), standard: "{}",
            "Member → column of the users table. `migrated_from_legacy` and `legacy_user_id` are always there."),
        key("privateMetadata", .map(.string), standard: "{}", "Likewise, for the back end's eyes only."),
    ])
}
