import Settings

extension DirectorySettings.Users {
    /// Every column that the settings name.
    var columns: [String] {
        [
            id, email, clerkUserID, migratedAt, passwordHash, emailVerified, active, role, firstName, lastName, createdAt,
            updatedAt, name, username, phone, totpSecret, backupCodes,
        ].compactMap { $0 }
    }
}

extension DirectorySettings {
    /// As if the settings had not named these columns of the users table.
    func without(_ names: [String]) -> DirectorySettings {
        var settings = self
        func keep(_ name: inout String?) { if let known = name, names.contains(known) { name = nil } }
        keep(&settings.users.email)
        keep(&settings.users.clerkUserID)
        keep(&settings.users.migratedAt)
        keep(&settings.users.passwordHash)
        keep(&settings.users.emailVerified)
        keep(&settings.users.active)
        keep(&settings.users.role)
        keep(&settings.users.firstName)
        keep(&settings.users.lastName)
        keep(&settings.users.createdAt)
        keep(&settings.users.updatedAt)
        keep(&settings.users.name)
        keep(&settings.users.username)
        keep(&settings.users.phone)
        keep(&settings.users.totpSecret)
        keep(&settings.users.backupCodes)
        return settings
    }

    /// As if they had named no more than where the users are.
    var withIDsAlone: DirectorySettings {
        var settings = without(users.columns)
        (settings.mapping, settings.sync) = (nil, [])
        return settings
    }
}
