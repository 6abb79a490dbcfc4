/// What holds on every connection of a client, with its reason. The rest is the server's own: `Settings.Limits` for the
/// gateway, `SmallServerLimits` for the others.
enum Limits {
    /// After so long without a request a connection gives its buffers back.
    static let quietMilliseconds = 1_000
    /// How long, and how much, is read and thrown away behind a last response, so that a reset does not destroy it.
    static let lingerMilliseconds = 2_000
    static let lingerBytes = 1 << 20
    /// One read of a small server, and how many unused buffers it keeps.
    static let bufferBytes = 16_384
    static let buffers = 64
}

/// The limits of a small server: its clients are operators, scrapers and tests.
package struct SmallServerLimits: Sendable {
    package var requestLineBytes = 8_192
    package var headerBytes = 16_384
    package var headerCount = 100
    /// The Backend API takes users with metadata of several kilobytes; nothing here is larger than a megabyte.
    package var contentBytes = 1 << 20
    package var headerSeconds = 10
    package var idleSeconds = 60
    package var writeSeconds = 30
    package var connections = 1_024
    package init() {}
}
