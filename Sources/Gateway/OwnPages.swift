import Authentication
import HTTP
import HTTP1
import HTTPServer
import Routing
import Settings
import Sockets
import Telemetry

/// The paths on the public listeners that Segue answers itself, because the settings say so. No route is asked about them.
struct OwnPages: Sendable {
    enum Page: Sendable {
        case loginCallback
        case upgrade
        case confirmation(path: String)
        case webhook
        case invitationAsked
        case invitation(path: String)
    }

    private let table: RouteTable
    /// By index into `table`.
    private let pages: [Page]
    /// Where a refusal with `link_needs_confirmation` is settled.
    let confirmation: String?
    /// Whether a Clerk session is good on some route. Where none is, as after `segue flip --all legacy`, these pages, which are
    /// no routes, would link people all the same.
    let isLinkingOpen: Bool

    init(_ settings: Settings) {
        confirmation = settings.directory?.linking.confirmation
        isLinkingOpen = settings.isLinkingOpen
        var pages: [(path: String, page: Page)] = []
        if let callback = settings.login?.callback { pages.append((callback, .loginCallback)) }
        if let upgrade = settings.login?.upgrade { pages.append((upgrade, .upgrade)) }
        if let confirmation { pages.append((confirmation, .confirmation(path: confirmation))) }
        if let webhooks = settings.clerk?.webhooks { pages.append((webhooks.path, .webhook)) }
        if let invitations = settings.invitations {
            if let path = invitations.path { pages.append((path, .invitationAsked)) }
            pages.append((invitations.page, .invitation(path: invitations.page)))
        }
        self.pages = pages.map(\.page)
        // As for a `deny` route without an origin: none must be passed by in another case.
        table = RouteTable(paths: pages.map(\.path), ignoringCase: settings.origins.contains { $0.caseInsensitivePaths })
    }

    var isEmpty: Bool { pages.isEmpty }

    func requireOpenLinking() throws(Refusal) { guard isLinkingOpen else { throw .linkingClosed } }

    /// Whose path it is, matched as routes are: with a final `/` or without, and in any case where an origin takes any. Refused where
    /// only an origin that drops `;…` would find a page there.
    func page(at path: Span<UInt8>, _ canonical: CanonicalPath) throws(Refusal) -> Page? {
        let anyHost: [UInt8] = []
        do throws(RoutingRefusal) {
            return pages[try table.match(path, canonical, authority: anyHost.span, method: .get).index]
        } catch {
            switch error {
            case .noRoute, .encodedSlash: return nil
            case .parameters: throw .routing(error)
            }
        }
    }
}

extension Conversation {
    /// Answers a preflight, or a request for a page of our own; `false`: it is for a route, or an event that a route gets as well.
    /// - Parameter content: set where it was read for that, and then goes on as it was sent.
    func answerItself(
        _ head: RequestHead, _ section: FieldSection, _ path: (canonical: CanonicalPath, bytes: [UInt8]),
        _ content: inout [UInt8]?, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> Bool {
        let plan = generation.plan
        if let crossOrigin = plan.crossOrigin, let preflight = Preflight(head, section) {
            try await answer(preflight, crossOrigin, path, plan)
            return true
        }
        let bytes = path.bytes.isEmpty ? section.bytes.span.extracting(head.path) : path.bytes.span
        switch try plan.ownPages.page(at: bytes, path.canonical) {
        case .loginCallback: try await answerLogin(head, generation, at: now)
        case .upgrade: try await answerUpgrade(head, generation, at: now)
        case .confirmation(let path): try await answerConfirmation(head, at: path, generation)
        case .invitationAsked: try await answerInvitationAsked(head, generation, at: now)
        case .invitation(let path): try await answerInvitation(head, at: path, generation)
        case .webhook:
            content = try await receiveWebhook(head, generation)
            return content == nil
        case nil: return false
        }
        return true
    }

    /// Who calls a page of our own.
    func authenticateForPage(
        _ head: RequestHead, mode: Mode, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> Evidence {
        let requirement = Requirement(mode: mode, isOptional: false, isSecure: chain.isSecure(head.section))
        do throws(RefusedAuthentication) {
            let evidence = try await generation.authenticator.authenticate(head, for: requirement, at: now)
            account.evidence = evidence
            return evidence
        } catch {
            account.refusedStandings = error.standings
            throw .authentication(error.refusal)
        }
    }

    /// An answer of our own with content. Nobody may keep it: it is about one person.
    func answer(_ status: Status, _ type: StaticString, _ content: [UInt8], _ more: String = "") async {
        account.status = status
        if !isContentBehind() { keepsAlive = false }
        client.wire.output.appendStatusLine(status)
        client.wire.output.append(copying: "Content-Type: ")
        client.wire.output.append(copying: type)
        client.wire.output.append(copying: "\r\nCache-Control: no-store\r\n")
        client.wire.output.append(contentsOf: more.utf8)
        client.wire.output.appendField("Content-Length", Int64(content.count))
        appendOurFields()
        if client.head.method != .head { client.wire.output += content }
        account.bytesOut = Int64(content.count)
        await flush()
    }
}
