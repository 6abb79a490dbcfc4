// swift-tools-version: 6.2
// The map of Segue. Targets stand in the order of their layers: a target imports only from rows above it, and
// `scripts/check-layers` (part of `make check`) holds every `import` line against the dependencies named here.
import PackageDescription

/// The same strictness everywhere. Exclusivity is enforced by the compiler; the checks at run time are off because
/// they are the largest single cost of a class on the path of a request (docs/decisions/0002-compiler-settings.md).
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func swift(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "segue",
    products: [.executable(name: "segue", targets: ["SegueCommand"])],
    targets: [
        // C: one system library each.
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Words: vocabulary without behaviour.
        swift("HTTP"),
        swift("JSON"),
        swift("Telemetry"),

        // Machinery: what touches the world.
        swift("Snapshot"),
        swift("Files"),
        swift("Logging", ["JSON", "Snapshot", "Telemetry"]),
        swift("Sockets", ["CLinux", "Snapshot"]),
        swift("Crypto", ["COpenSSL", "Telemetry"]),
        swift("Postgres", ["CPostgreSQL", "Sockets", "Telemetry"]),
        swift("SQLite", ["CSQLite"]),
        swift("Fetch", ["CCurl", "HTTP", "Sockets", "Telemetry", "Snapshot"]),

        // Protocols: bytes to meaning.
        swift("HTTP1", ["HTTP"]),
        swift("HTTPServer", ["HTTP", "HTTP1", "Sockets", "Telemetry"]),
        swift("JOSE", ["Crypto", "JSON", "Telemetry"]),
        swift("Webhooks", ["Crypto", "Telemetry"]),
        swift("Mail", ["Crypto", "Telemetry"]),

        // Decisions: pure.
        swift("Settings", ["Files", "HTTP", "JSON", "Mail", "Telemetry"]),
        swift("Routing", ["HTTP", "JSON", "Settings"]),
        swift("Authentication", ["HTTP", "JOSE", "JSON", "Crypto", "Routing", "Settings", "Telemetry", "Snapshot"]),
        swift("Identity", ["Authentication", "Crypto", "HTTP", "JOSE", "JSON", "Settings", "Telemetry"]),
        swift("Migration", ["Authentication", "Crypto", "Identity", "JSON", "Settings", "Telemetry", "Webhooks"]),
        swift("Invitations", ["Authentication", "Crypto", "Identity", "Mail", "Migration", "Settings", "Telemetry"]),

        // Adapters: answers to the questions that the decisions ask.
        swift("SMTP", ["Fetch", "Invitations", "Mail", "Settings"]),
        swift(
            "ClerkAPI",
            [
                "Authentication", "Crypto", "Fetch", "Files", "HTTP", "Identity", "Invitations", "JOSE", "Logging", "JSON",
                "Migration",
                "Settings", "Snapshot", "Sockets",
                "Telemetry",
            ]),
        swift(
            "Directory",
            [
                "Authentication", "Crypto", "Identity", "Invitations", "Logging", "Migration", "Postgres", "Settings", "Snapshot",
                "Sockets",
                "SQLite", "Telemetry",
            ]),
        swift("LegacyAPI", ["Authentication", "Fetch", "HTTP", "JSON", "Settings", "Snapshot", "Sockets", "Telemetry"]),
        swift(
            "Emulator",
            [
                "Crypto", "Fetch", "HTTP", "HTTPServer", "JOSE", "Logging", "JSON", "Sockets", "SQLite", "Telemetry", "Snapshot",
                "Webhooks",
            ]),

        // What an operator asks before anything is served: pure, from what the adapters found.
        swift("Setup", ["ClerkAPI", "Crypto", "Directory", "JOSE", "JSON", "SMTP", "Settings", "Telemetry"]),

        // Story: the journey of a request, and the command that starts it.
        swift(
            "Gateway",
            [
                "Authentication", "Crypto", "HTTP", "HTTP1", "HTTPServer", "Identity", "Invitations", "JOSE", "Logging", "Mail",
                "Migration", "Routing", "Settings", "Sockets", "Telemetry", "Snapshot", "Webhooks",
            ]),
        swift(
            "Admin",
            ["Crypto", "HTTP", "HTTPServer", "Identity", "JSON", "Logging", "Settings", "Sockets", "Telemetry", "Snapshot"]),
        .executableTarget(
            name: "SegueCommand",
            dependencies: [
                "Admin", "Authentication", "ClerkAPI", "Crypto", "Directory", "Emulator", "Fetch", "Files", "Gateway", "HTTP",
                "HTTPServer",
                "Identity", "Invitations", "JOSE", "JSON", "LegacyAPI", "Logging", "Mail", "Migration", "Routing", "SMTP",
                "Settings",
                "Setup", "Snapshot", "Sockets", "SQLite", "Telemetry", "Webhooks",
            ],
            swiftSettings: strict),

        // Tests: one target each, and what they share.
        .target(
            name: "GatewayTesting",
            dependencies: [
                "Authentication", "Crypto", "HTTP", "Identity", "JOSE", "JSON", "Migration", "Settings", "Snapshot", "Telemetry",
            ],
            path: "Tests/GatewayTesting", swiftSettings: strict),
        .target(name: "PostgresTesting", dependencies: ["Sockets"], path: "Tests/PostgresTesting", swiftSettings: strict),
        tests("HTTPTests", ["HTTP"]),
        tests("JSONTests", ["JSON"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("SnapshotTests", ["Snapshot"]),
        tests("LoggingTests", ["Logging", "Files", "JSON", "Telemetry"]),
        tests("FilesTests", ["Files"]),
        tests("SocketsTests", ["Sockets", "Files"]),
        tests("CryptoTests", ["Crypto", "Telemetry"]),
        tests("PostgresTests", ["Postgres", "PostgresTesting", "Sockets", "Telemetry"]),
        tests("SQLiteTests", ["SQLite"]),
        tests("FetchTests", ["Fetch", "HTTP", "Snapshot", "Sockets", "Telemetry"]),
        tests("HTTP1Tests", ["HTTP1", "HTTP"]),
        tests("JOSETests", ["JOSE", "Crypto", "JSON", "Telemetry", "GatewayTesting"]),
        tests("MailTests", ["Mail", "Crypto", "GatewayTesting", "Telemetry"]),
        tests(
            "InvitationsTests",
            ["Invitations", "Authentication", "Crypto", "GatewayTesting", "Identity", "Mail", "Migration", "Settings", "Telemetry"]),
        tests("WebhooksTests", ["Webhooks", "Crypto", "GatewayTesting", "Telemetry"]),
        tests("SettingsTests", ["Settings", "Files", "GatewayTesting", "HTTP", "JSON", "Telemetry"]),
        tests("RoutingTests", ["Routing", "GatewayTesting", "HTTP", "Settings", "Telemetry"]),
        tests(
            "AuthenticationTests",
            [
                "Authentication", "GatewayTesting", "HTTP", "JOSE", "JSON", "Crypto", "Routing", "Settings", "Snapshot",
                "Telemetry",
            ]),
        tests(
            "IdentityTests",
            ["Identity", "Authentication", "Crypto", "GatewayTesting", "HTTP", "JOSE", "JSON", "Settings", "Telemetry"]),
        tests(
            "MigrationTests",
            ["Migration", "Authentication", "GatewayTesting", "Identity", "Settings", "Snapshot", "Telemetry", "Webhooks"]),
        tests(
            "ClerkAPITests",
            [
                "ClerkAPI", "Authentication", "Crypto", "Emulator", "Fetch", "Files", "HTTP", "HTTPServer", "Identity", "JOSE",
                "JSON",
                "Migration", "Settings", "Snapshot", "Sockets", "Telemetry",
            ]),
        tests(
            "DirectoryTests",
            [
                "Directory", "Authentication", "Identity", "Invitations", "Migration", "Postgres", "PostgresTesting", "Settings",
                "Snapshot",
                "Sockets", "SQLite", "Telemetry",
            ]),
        tests(
            "LegacyAPITests", ["LegacyAPI", "Authentication", "Fetch", "HTTP", "Settings", "Snapshot", "Sockets", "Telemetry"]),
        tests("SetupTests", ["Setup", "Directory", "JSON", "Settings"]),
        tests(
            "EmulatorTests",
            ["Emulator", "Crypto", "Fetch", "HTTP", "HTTPServer", "JOSE", "JSON", "Snapshot", "Telemetry", "Webhooks"]),
        tests(
            "SegueCommandTests",
            [
                "SegueCommand", "Authentication", "ClerkAPI", "Crypto", "Directory", "Files", "Gateway", "HTTP", "HTTPServer",
                "JOSE",
                "JSON", "Migration", "Settings", "Sockets", "Telemetry",
            ]),
        tests(
            "GatewayTests",
            [
                "Gateway", "Authentication", "Files", "GatewayTesting", "HTTP", "HTTP1", "HTTPServer", "Identity", "JSON",
                "Logging",
                "Migration", "Routing", "Settings", "Snapshot", "Sockets", "Telemetry",
            ],
            exclude: ["Journeys"]),
    ]
)
