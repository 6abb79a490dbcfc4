import Authentication
import HTTP
import HTTP1
import Identity
import Routing

extension Plan {
    /// The path that an origin gets from a route with `set.path`. It is proved anew, since some applications let people choose
    /// their ids: one that is spelled like a segment of another route (`admin`), like two segments or like `..` must not
    /// reach under this route's rules what this route is not for.
    func ownPath(
        _ segments: OwnSegments, _ route: RoutePlan, _ head: RequestHead, _ path: [UInt8], for caller: Caller?
    ) throws(Refusal) -> [UInt8] {
        let section = head.section
        let matched = path.isEmpty ? section.bytes.span.extracting(head.path) : path.span
        let own: [UInt8]
        do throws(OwnSegmentsFault) { own = try segments.path(matched, for: CallerValues(caller)) } catch {
            throw error == .noValue ? .requirement(.pathIsAnothers) : .identity(.userUnusable)
        }
        var rewritten: [UInt8] = []
        guard let canonical = try? canonicalizer.canonicalize(own.span, into: &rewritten), !canonical.isRewritten,
            let found = try? table.match(
                own.span, canonical, authority: section.bytes.span.extracting(head.authority), method: head.method),
            found.index == route.index
        else { throw .identity(.userUnusable) }
        return own
    }
}

extension CallerValues {
    /// Nobody has no values.
    init(_ caller: Caller?) { self.init(userID: caller?.user.text, clerkUserID: caller?.clerkUser?.text) }
}
