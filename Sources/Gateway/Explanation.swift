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
    /// `nil` where the caller that the route's own mode lets in is not in a canary's sample.
    package var canary: CanaryVerdict?
    /// The route requires something of the content, which is not known.
    package var lacksContent = false

    package enum OwnAnswer: Sendable {
        case health, preflight, loginCallback, upgrade, confirmation, webhook, invitationAsked, invitation

        /// Whether it is closed where nobody is to be linked.
        var links: Bool {
            switch self {
            case .loginCallback, .confirmation, .upgrade, .invitationAsked, .invitation: true
            case .health, .preflight, .webhook: false
            }
        }
    }

    /// What becomes of somebody in the sample.
    package enum CanaryVerdict: Sendable {
        /// Instead of what the route's own mode does.
        case decides(Mode, End)
        /// Only a link could tell who is calling, which a canary never makes: the route's own mode decides.
        case abstains(Mode)
        /// The caller would get a row, whose id nobody knows yet.
        case unknown(Mode)
    }

    package struct Outcome: Sendable {
        package let mode: Mode
        package let end: End
        /// What would be written to the directory.
        package let intention: DirectoryIntention?
    }

    package enum End: Sendable {
        case refused(Refusal)
        /// Segue answers, and asks no origin.
        case answered(ExplainedCaller)
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
