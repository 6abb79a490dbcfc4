/// How far the users table has come.
package struct MigrationCounts: Sendable, Hashable {
    package let total: Int
    package let migrated: Int

    package init(total: Int, migrated: Int) { (self.total, self.migrated) = (total, migrated) }

    package var notMigrated: Int { total - migrated }
    /// 0 for an empty table.
    package var percentage: Double { total == 0 ? 0 : Double(migrated) / Double(total) * 100 }
}
