import HTTP

/// The methods that a route names; none means every method.
struct MethodSet: Sendable {
    private var known: UInt16 = 0
    private var extensions: [String] = []

    init(_ methods: [Method]) {
        for method in methods {
            if case .extension(let name) = method {
                extensions.append(name)
            } else {
                known |= MethodSet.bit(method)
            }
        }
    }

    var isEveryMethod: Bool { known == 0 && extensions.isEmpty }

    func names(_ method: Method) -> Bool {
        if case .extension(let name) = method { return extensions.contains(name) }
        return known & MethodSet.bit(method) != 0
    }

    private static func bit(_ method: Method) -> UInt16 {
        switch method {
        case .get: 1
        case .head: 2
        case .post: 4
        case .put: 8
        case .delete: 16
        case .connect: 32
        case .options: 64
        case .trace: 128
        case .patch: 256
        case .extension: 0
        }
    }
}
