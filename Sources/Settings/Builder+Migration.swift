extension Builder {
    func migration(_ entry: Entry) -> MigrationSettings {
        var migration = MigrationSettings()
        migration.passwordHasher = entry.choice("passwordHasher")
        migration.required = entry["required"]?.elements.compactMap { $0.text.flatMap(MigrationSettings.RequiredField.init) } ?? []
        migration.publicMetadata = metadata(entry["publicMetadata"])
        migration.privateMetadata = metadata(entry["privateMetadata"])
        return migration
    }

    private func metadata(_ section: Entry?) -> [MigrationSettings.MetadataColumn] {
        guard let section else { return [] }
        return section.members.compactMap { member in
            identifier(section, member.name).map { MigrationSettings.MetadataColumn(name: member.name, column: $0) }
        }
    }
}
