import HTTP
import HTTP1
import HTTPServer
import Routing
import Settings
import Sockets

/// What browsers are told about pages of other sites (Fetch, "CORS protocol"): which may read an answer, and which may ask.
/// Where settings have `cors`, only Segue says so: an origin's own fields are removed, because two would contradict.
final class CrossOrigin: Sendable {
    private let allowedOrigins: [[UInt8]]
    private let isForEverybody: Bool
    /// The lines behind `Access-Control-Allow-Origin` in every answer to an allowed page.
    private let permissions: [UInt8]
    /// The lines of an answer to a preflight, beyond what it asked for.
    private let preflight: [UInt8]

    init(_ cors: CORS) {
        allowedOrigins = cors.allowedOrigins.map { Array($0.utf8) }
        isForEverybody = cors.allowedOrigins == ["*"]
        let credentials = cors.credentials ? "Access-Control-Allow-Credentials: true\r\n" : ""
        let exposed = cors.exposedHeaders.joined(separator: ", ")
        permissions = Array((credentials + (exposed.isEmpty ? "" : "Access-Control-Expose-Headers: \(exposed)\r\n")).utf8)
        preflight = Array("\(credentials)Access-Control-Max-Age: \(cors.maxAgeSeconds)\r\n".utf8)
    }

    /// Whether a page of this site may read answers.
    func allows(_ origin: ArraySlice<UInt8>) -> Bool {
        isForEverybody || allowedOrigins.contains { $0.elementsEqual(origin) }
    }

    /// What an answer says to the page that asked for it; `Vary` whoever asked, or a cache would give one site's answer to
    /// another's page.
    func appendFields(answering section: FieldSection, to output: inout [UInt8]) {
        if !isForEverybody { output.append(copying: "Vary: Origin\r\n") }
        guard appendOrigin(of: section, to: &output) else { return }
        output += permissions
    }

    /// - Parameter asked: what the preflight asks for.
    func appendPreflight(_ asked: Preflight, answering section: FieldSection, to output: inout [UInt8]) {
        output.append(copying: "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n")
        _ = appendOrigin(of: section, to: &output)
        output.append(contentsOf: "Access-Control-Allow-Methods: \(asked.method.name)\r\n".utf8)
        if let names = asked.fieldNames {
            output.append(copying: "Access-Control-Allow-Headers: ")
            output.append(contentsOf: section.bytes[names])
            output.append(copying: "\r\n")
        }
        output += preflight
    }

    private func appendOrigin(of section: FieldSection, to output: inout [UInt8]) -> Bool {
        guard section.count(.origin) == 1, let origin = section.first(.origin), allows(section.bytes[origin]) else { return false }
        output.append(copying: "Access-Control-Allow-Origin: ")
        if isForEverybody {
            output.append(copying: "*")
        } else {
            output.append(contentsOf: section.bytes[origin])
        }
        output.append(copying: "\r\n")
        return true
    }

    /// Whether a field of an origin's answer would say what only Segue says.
    func replaces(_ line: FieldLine, of section: FieldSection) -> Bool {
        guard line.known == .other, line.name.count > 15 else { return false }
        let prefix = line.name.lowerBound..<line.name.lowerBound + 15
        return section.equalsIgnoringCase(prefix, "access-control-")
    }
}

/// An OPTIONS request with which a browser asks whether a page may send another one.
struct Preflight {
    let method: Method
    /// Where the names of the fields that it would send stand; a list of tokens.
    let fieldNames: Range<Int>?

    /// `nil`: an ordinary request.
    init?(_ head: RequestHead, _ section: FieldSection) {
        guard head.method == .options, section.count(.origin) == 1, section.count(.accessControlRequestMethod) == 1,
            let method = section.first(.accessControlRequestMethod), (1...64).contains(method.count)
        else { return nil }
        guard section.bytes[method].allSatisfy({ isTokenByte($0) }), section.count(.accessControlRequestHeaders) <= 1 else {
            return nil
        }
        let names = section.first(.accessControlRequestHeaders)
        if let names, !section.bytes[names].allSatisfy({ isTokenByte($0) || [0x20, 0x09, 0x2C].contains($0) }) { return nil }
        self.method = Method(section.string(method))
        fieldNames = names.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Conversation {
    /// A preflight is decided by the route of the method that it asks for, whatever the route's mode: a browser sends no
    /// credential with it. The login callback and the asking for an invitation are there for pages of other sites; the pages on
    /// which accounts are joined never are.
    func answer(
        _ preflight: Preflight, _ crossOrigin: CrossOrigin, _ path: (canonical: CanonicalPath, bytes: [UInt8]), _ plan: Plan
    ) async throws(Refusal) {
        let section = client.head.section
        let bytes = path.bytes.isEmpty ? section.bytes.span.extracting(client.head.path) : path.bytes.span
        switch try plan.ownPages.page(at: bytes, path.canonical) {
        case .loginCallback, .upgrade, .invitationAsked: break
        case .confirmation, .webhook, .invitation: throw .crossOrigin
        case nil: try admit(preflight, to: bytes, path.canonical, plan)
        }
        guard let origin = section.first(.origin), crossOrigin.allows(section.bytes[origin]) else { throw .crossOrigin }
        account.status = .noContent
        if !isContentBehind() { keepsAlive = false }
        client.wire.output.appendStatusLine(.noContent)
        crossOrigin.appendPreflight(preflight, answering: section, to: &client.wire.output)
        appendOurFields(crossOrigin: nil)
        await flush()
    }
    private func admit(
        _ preflight: Preflight, to path: Span<UInt8>, _ canonical: CanonicalPath, _ plan: Plan
    ) throws(Refusal) {
        let head = client.head
        let section = head.section
        let matched: MatchedRoute
        do throws(RoutingRefusal) {
            matched = try plan.table.match(
                path, canonical, authority: section.bytes.span.extracting(head.authority), method: preflight.method)
        } catch {
            throw .routing(error)
        }
        let route = plan.routes[matched.index]
        account.route = route
        if route.mode == .deny { throw .closed(route.denyStatus) }
    }
}
