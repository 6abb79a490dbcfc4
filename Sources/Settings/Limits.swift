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
    /// Longest silence of an upgraded connection (WebSocket), in both directions.
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
