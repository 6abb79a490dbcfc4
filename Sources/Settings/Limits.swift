/// Every limit on a connection of a client, with its unit in its name and its reason beside it.
package struct Limits: Sendable {
    /// Longest request line. Browsers stop near 2,000 characters, signed URLs reach 4 KiB; RFC 9112 §3 asks for 8,000.
    package var requestLineBytes = 8_192
    /// Longest header section, request line included. Clerk's session cookie alone may be 4 KiB, beside old cookies.
    package var headerBytes = 32_768
    /// Most field lines in a header section. Browsers send about 30.
    package var headerCount = 100
    /// Largest request content; a route may say otherwise.
    package var bodyBytes: Int64 = 10_485_760
    /// From the first byte of a request to the end of its header section.
    package var headerSeconds = 10
    /// Longest silence while a body is under way, in either direction.
    package var bodyIdleSeconds = 30
    /// A kept-alive connection without a request is closed after this.
    package var idleSeconds = 75
    /// How long after its FIN a client that waits for an answer is first asked, by an interim 100, whether it still reads;
    /// 0 never asks. One that half-closes gets nearly every answer before that, one that is gone holds its connection to
    /// the origin no longer.
    package var halfClosedSeconds = 1
    /// Client connections of the whole process.
    package var connections = 10_000
    /// Upgraded connections (WebSocket) of the whole process: each holds two sockets for hours.
    package var tunnels = 5_000
    /// Longest silence of an upgraded connection, in both directions.
    package var tunnelIdleSeconds = 3_600
    package init() {}
}

/// How long Segue waits for an origin server.
package struct Timeouts: Sendable {
    /// To open a connection: an origin is near, and a lost SYN is sent again after 1 s.
    package var connectSeconds = 5
    /// From the end of the request to the response head.
    package var responseSeconds = 60
    /// How long an unused connection is kept; less than the 5 s of uvicorn and the 75 s of nginx would be safest, and a
    /// connection that the origin closed first is noticed anyway.
    package var idleSeconds = 30
    package init() {}
}

/// What no operator has had to change: limits of the path of a request that are not in the settings.
package enum FixedLimits {
    /// What one connection moves before its worker turns to the next.
    package static let shareBytes = 262_144
    /// What may wait for a receiver that does not read: then the sender is not read either.
    package static let pendingBytes = 65_536
    /// One read. It holds nearly every head whole.
    package static let bufferBytes = 16_384
    /// Unused buffers that one worker keeps: 4 MiB.
    package static let buffers = 256
    /// How much of a request's content must be there before it gets a connection to the origin, where its length is known and not
    /// less: half a buffer, so that what a slow client has sent stands in memory of that size.
    package static let gatheredBytes = 8_192
    /// When so many connections of a worker have become a quarter or fewer, free memory goes back to the system. Fewer leave some
    /// megabytes, which the next use.
    package static let crowdConnections = 1_000
    /// The status line of an origin's answer, reason phrase included.
    package static let statusLineBytes = 8_192
    /// 1xx responses to one request. An origin sends one or two; without a limit it could send nothing else for ever.
    package static let interims = 16
    /// Intermediaries in `Via`: a request that has passed so many is going in a circle (RFC 9110 §7.6.3).
    package static let hops = 16
    /// How long an origin's connection rests after an answer without content: a server that writes some all the same does
    /// it within that time.
    package static let restMilliseconds: Int64 = 50
    /// How long the addresses of an origin's names are believed.
    package static let nameSeconds: UInt32 = 30
    /// How soon the resolver is asked again for a name that it did not know.
    package static let unknownNameSeconds: UInt32 = 1
    /// What a reload waits for names; an origin that is not found by then has no address until it is.
    package static let reloadNamesMilliseconds = 10_000
    /// How long a directory that newer settings have replaced answers requests that began before; it keeps no idle
    /// connection meanwhile. An identified request asks within seconds of its beginning.
    package static let replacedMilliseconds = 60_000
    /// What a change of the directory waits for the busy connections of the one before the last, so that not more than
    /// two sets are open: as long as a link may take.
    package static let handOverMilliseconds = 5_000
    /// Replaced directories that answer late requests: beyond that the oldest stops. Each is a thread.
    package static let replacedMax = 8
    /// By how much the wall clock may leave the steady one between two wake-ups and still only be adjusted: beyond that somebody
    /// has set it, and what was to be believed until some time is forgotten.
    package static let clockStepMilliseconds: Int64 = 2_000
    /// The form of the confirmation page: a digest and a word.
    package static let confirmationBytes = 4_096
    /// Until that form must be there, whole.
    package static let confirmationSeconds = 10
    /// How long a ticket signs somebody in: the page that asked uses it at once.
    package static let ticketSeconds = 60
    /// An event of Clerk's: a user with full metadata and many addresses is a tenth of it.
    package static let webhookBytes = 262_144
    /// Until it must be there, whole; Svix itself gives up after 15 s.
    package static let webhookSeconds = 10
    /// Until content that is checked (`require`) must be there, whole, and of any other `gatheredBytes`: its caller was identified
    /// before, by a token that may end meanwhile. The largest, a megabyte, needs 280 kbit/s.
    package static let heldContentSeconds = 30
    /// Access lines that are handed over at once even when the worker is busy.
    package static let logBatchBytes = 32_768
}
