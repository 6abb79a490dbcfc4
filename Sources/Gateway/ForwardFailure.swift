import HTTP1

/// Why a request did not get the head of a final response.
enum ForwardFailure: Error {
    case origin(OriginFailure)
    /// The client went away, or broke its connection: nobody is left to answer.
    case clientGone
    /// The client stopped sending its content for `limits.bodyIdleSeconds`.
    case clientSlow
    case contentTooLarge(limit: Int64)
    case malformed(ContentError)
}
