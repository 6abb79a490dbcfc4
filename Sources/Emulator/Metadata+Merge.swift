import JSON

extension JSONValue {
    /// `PATCH …/metadata`: objects are merged at every level, and `null` takes a member away.
    func merged(with change: JSONValue) -> JSONValue {
        guard var members = object, let changes = change.object else { return change }
        for member in changes {
            let index = members.firstIndex { $0.name == member.name }
            if member.value.isNull {
                if let index { members.remove(at: index) }
            } else if let index {
                members[index] = JSONMember(member.name, members[index].value.merged(with: member.value))
            } else {
                members.append(JSONMember(member.name, member.value.withoutNulls))
            }
        }
        return JSONValue(.object(members))
    }

    private var withoutNulls: JSONValue {
        guard let members = object else { return self }
        return JSONValue(.object(members.filter { !$0.value.isNull }.map { JSONMember($0.name, $0.value.withoutNulls) }))
    }
}
