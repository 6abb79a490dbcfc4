package import HTTP

/// Every way in which the credentials of a request end it. The public words say what the caller can do and never which
/// check failed; `TokenFault` says that to the log.
package enum AuthenticationRefusal: Error, Sendable, Hashable {
    /// The route is closed to everybody (`deny`).
    case denied
    case severalAuthorizations
    case credentialsMissing
    case tokenInvalid(TokenFault?)
    case tokenExpired
    /// A cookie came with a request that another site may have started.
    case crossSite
    case unavailable(retryAfterSeconds: Int, TokenFault?)

    package var status: Status {
        switch self {
        case .denied, .crossSite: .forbidden
        case .severalAuthorizations: .badRequest
        case .credentialsMissing, .tokenInvalid, .tokenExpired: .unauthorized
        case .unavailable: .serviceUnavailable
        }
    }

    package var code: StaticString {
        switch self {
        case .denied: "route_closed"
        case .severalAuthorizations: "authorization_ambiguous"
        case .credentialsMissing: "credentials_missing"
        case .tokenInvalid: "token_invalid"
        case .tokenExpired: "token_expired"
        case .crossSite: "cross_site"
        case .unavailable: "authentication_unavailable"
        }
    }

    package var text: StaticString {
        switch self {
        case .denied: "This route is closed"
        case .severalAuthorizations: "Send one Authorization field"
        case .credentialsMissing: "Not authenticated"
        case .tokenInvalid: "Invalid token"
        case .tokenExpired: "Token expired"
        case .crossSite: "Cross-site requests may not use cookies here"
        case .unavailable: "Authentication is not possible right now; try again"
        }
    }

    package var fault: TokenFault? {
        switch self {
        case .tokenInvalid(let fault), .unavailable(_, let fault): fault
        case .tokenExpired: .expired
        case .denied, .severalAuthorizations, .credentialsMissing, .crossSite: nil
        }
    }
}
