import Settings

/// How a lane comes to its connection.
struct SessionEntrance: Sendable {
    let settings: DirectorySettings
    let kind: LaneKind

    func open() async throws(DirectoryError) -> Session {
        switch settings.location {
        case .postgres(let url):
            try await Session(
                settings, on: PostgresSQL(to: url, prepared: settings.prepared, isReadOnly: kind != .links), kind: kind)
        case .sqlite(let path): try await Session(settings, on: SQLiteSQL(path: path))
        }
    }
}
