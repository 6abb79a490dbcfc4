/// The head of a response from an origin server, as the parser understood it; used again like `RequestHead`.
package final class ResponseHead {
    package var section = FieldSection()
    package var status = Status.ok
    package var minorVersion: UInt8 = 1
    /// How the content is delimited, given the method of the request that this answers.
    package var framing = MessageFraming.empty
    /// Whether the origin keeps the connection for another request.
    package var keepsAlive = true

    package init() {}
}
