package import Authentication
package import Identity
package import Settings
import Telemetry

/// What would become of one request, for `segue explain`.
package struct Explanation: Sendable {
    /// Why no route was looked for or found; then there is nothing below.
    package var refusal: Refusal?
    /// What Segue would answer itself, without asking a route.
    package var ownAnswer: OwnAnswer?
    /// The path that is matched, logged and forwarded.
    package var path = ""
    /// The route's index in `Settings.routes`.
    package var route: Int?
    /// Other routes that would take the request if this one were not there.
    package var otherRoutes: [Int] = []
    package var credentials: [CredentialReport] = []
    /// What each mode would do, in the order of `Mode.allCases`.
    package var outcomes: [Outcome] = []
    /// The mode that decides instead of the route's own, because the caller is in the canary's sample.
    package var canary: Mode?

    package enum OwnAnswer: Sendable { case health, preflight, loginCallback, confirmation }

    package struct Outcome: Sendable {
        package let mode: Mode
        package let end: End
        /// What would be written to the directory.
        package let intention: DirectoryIntention?
    }

    package enum End: Sendable {
        case refused(Refusal)
        /// With the caller, if any, and what the origin would get.
        case forwarded(ExplainedCaller?, isConflict: Bool, head: ExplainedHead)
    }
}

/// A request head that can be shown.
package struct ExplainedHead: Sendable {
    /// As the origin would get it.
    let bytes: Secret
    /// Without what proves who somebody is.
    package let text: String
}

package struct ExplainedCaller: Sendable, Hashable {
    package let user: String
    package let clerkUser: String?
    /// `clerk`, or `legacy:<name>`.
    package let method: String
}
