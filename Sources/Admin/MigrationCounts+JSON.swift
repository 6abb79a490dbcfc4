package import Identity
package import JSON

extension MigrationCounts {
    /// The seeds' migration status, with their names; the percentage has two decimals.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("total_users")
        writer.int(total)
        writer.key("migrated_users")
        writer.int(migrated)
        writer.key("not_migrated")
        writer.int(notMigrated)
        writer.key("migration_percentage")
        writer.double((percentage * 100).rounded() / 100)
        writer.endObject()
    }
}
