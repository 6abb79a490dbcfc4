import JSON

/// What routes set and require in the caller's name.
extension Builder {
    func set(_ section: Entry?, _ route: inout Route) {
        route.setQuery = parameters(section?["query"])
        route.setPath = pathParameters(section?["path"], of: route.match)
        checkSegments(section?["path"])
    }

    func require(_ section: Entry?, _ route: inout Route) {
        guard let section else { return }
        route.requireQuery = parameters(section["query"])
        route.requirePath = pathParameters(section["path"], of: route.match)
        route.requireJSON = parameters(section["json"])
        route.requireForm = parameters(section["form"])
        route.requiredContentBytes = section.int("contentBytes") ?? route.requiredContentBytes
    }

    private func parameters(_ section: Entry?) -> [Route.Parameter] {
        guard let section else { return [] }
        if section.members.count > Route.parametersMax {
            problems.error(section, found: "\(section.members.count) parameters", expected: "\(Route.parametersMax) at most")
        }
        return section.members.map { member in
            let (name, entry) = (member.name, member.entry)
            if !isLabel(name) { problems.error(entry, found: "the parameter \"\(name)\"", expected: labelWords) }
            return Route.Parameter(name: name, template: template(entry))
        }
    }

    private func pathParameters(_ section: Entry?, of match: Route.Match) -> [Route.Parameter] {
        let names = (try? PathPattern(match.path))?.parameterNames ?? []
        for member in section?.members ?? [] where !names.contains(member.name) {
            problems.error(
                member.entry, found: "\"\(member.name)\"", expected: "a {name} of the route's path",
                hint: nearestName(to: member.name, in: names).map { "did you mean \"\($0)\"?" })
        }
        return parameters(section)
    }

    /// What no request could ever be forwarded with.
    private func checkSegments(_ section: Entry?) {
        for member in section?.members ?? [] {
            let text = member.entry.text ?? ""
            guard
                ["", ".", ".."].contains(text) || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || "/\\;".utf8.contains($0) })
            else { continue }
            problems.error(member.entry, expected: "a text that can be one segment", hint: "without / \\ ; and control characters")
        }
    }

    private func template(_ entry: Entry) -> Route.Template {
        let text = entry.text ?? ""
        switch text {
        case "{user.id}": return .userID
        case "{user.clerkUserId}": return .clerkUserID
        default:
            if text.contains("{") || text.contains("}") {
                let hint = nearestName(to: text, in: ["{user.id}", "{user.clerkUserId}"]).map { "did you mean \"\($0)\"?" }
                problems.error(entry, expected: "{user.id}, {user.clerkUserId} or a text without braces", hint: hint)
            }
            return .literal(text)
        }
    }
}
