import Authentication
import Postgres
import Sockets
import Telemetry

/// Hears of changes that any replica made, on a connection of its own past every pooler. Notifications sent while it
/// was not connected are lost, so each new connection begins with `.everything`.
final class ChangeListener: @unchecked Sendable {
    private let url: Secret
    private let status: DirectoryStatus
    private let tell: @Sendable (DirectoryChange) -> Void
    /// Owned by the loop's thread.
    private var isClosing = false
    private var connection: PostgresConnection?

    init(_ url: Secret, _ status: DirectoryStatus, tell: @escaping @Sendable (DirectoryChange) -> Void) {
        (self.url, self.status, self.tell) = (url, status, tell)
    }

    func close() {
        isClosing = true
        connection?.hangUp()
    }

    func run() async {
        var backOff = BackOff(Limits.backOffMilliseconds)
        while !isClosing {
            do throws(PostgresError) {
                try await listen { backOff.reset() }
            } catch {
                status.listening(false)
                await sleep(milliseconds: backOff.pause(random: .random(in: 0...1)))
            }
        }
    }

    private func listen(connected: () -> Void) async throws(PostgresError) {
        status.opening()
        defer { status.closed() }
        let connection = try await PostgresConnection.connect(
            to: url, prepared: true, timeoutMilliseconds: Limits.connectMilliseconds)
        self.connection = connection
        defer {
            connection.close()
            self.connection = nil
        }
        try await connection.script("LISTEN \(DirectoryChange.channel)", timeoutMilliseconds: Limits.statementMilliseconds)
        connected()
        status.listening(true)
        tell(.everything)
        while !isClosing {
            if let heard = try await connection.notification(timeoutMilliseconds: Limits.listenSilenceMilliseconds) {
                tell(DirectoryChange(heard.content))
            } else {
                // A peer that vanished without a word looks exactly like silence.
                try await connection.script("SELECT 1", timeoutMilliseconds: Limits.statementMilliseconds)
            }
        }
    }
}
