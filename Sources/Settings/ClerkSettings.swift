package import Telemetry

/// `clerk` in `routes.json`: the instance whose sessions are accepted, and how Segue reaches it.
package struct ClerkSettings: Sendable, Equatable {
    package var publishableKey: String?
    package var secretKey: Secret?
    /// A PEM public key for verification without the network (Clerk's `CLERK_JWT_KEY`); when set, no JWK set is fetched.
    package var jwtKey: String?
    /// The exact `iss` of session tokens: as given, else `https://` + the host in the publishable key.
    package var issuer: String
    /// As given, else the issuer + `/.well-known/jwks.json`.
    package var jwksURL: String
    package static let publicAPI = "https://api.clerk.com"
    package var apiURL = publicAPI
    package var authorizedParties: [String] = []
    package var requireAuthorizedParty = true
    package var keys = Keys()
    package var webhooks: Webhooks?

    package init(issuer: String, jwksURL: String) { (self.issuer, self.jwksURL) = (issuer, jwksURL) }

    package struct Keys: Sendable, Equatable {
        package var refreshSeconds = 300
        package var cooldownSeconds = 10
        package var overlapSeconds = 90
        package var maxStaleSeconds = 86_400
        package init() {}
    }

    package struct Webhooks: Sendable, Equatable {
        package var path: String
        package var secrets: [Secret]
        package var tee: Bool
        package init(path: String, secrets: [Secret], tee: Bool) { (self.path, self.secrets, self.tee) = (path, secrets, tee) }
    }
}
