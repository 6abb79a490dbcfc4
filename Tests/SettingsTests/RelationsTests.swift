import Settings
import Testing

@Suite("Relations") struct RelationsTests {
    /// `MODE HOST METHODS PATH` in each line; `-` is none.
    private func load(_ lines: [String], origin: String = "{\"servers\":[\"http://a\"]}") throws(SettingsFailure) -> LoadedSettings
    {
        let routes = lines.enumerated().map { index, line in
            let parts = line.split(separator: " ").map(String.init)
            let host = parts[1] == "-" ? "" : "\"host\":\"\(parts[1])\","
            let methods =
                parts[2] == "-" ? "" : "\"methods\":[\(parts[2].split(separator: ",").map { "\"\($0)\"" }.joined(separator: ","))],"
            return
                "{\"name\":\"r\(index)\",\"mode\":\"\(parts[0])\",\"origin\":\"api\",\"match\":{\(host)\(methods)\"path\":\"\(parts[3])\"}}"
        }
        return try Sample.load("{\"version\":1,\"origins\":{\"api\":\(origin)},\"routes\":[\(routes.joined(separator: ","))]}")
    }

    @Test(arguments: [
        ["public - - /a", "public - - /a"], ["public - - /a", "public - - /a/"], ["public - - /{a}", "public - - /{b}"],
        ["public - - /{a}/*", "public - - /{b}/*"],
        ["public - GET,POST /a", "public - POST /a"], ["public a.test - /a", "public A.TEST - /a"],
        ["public - - /*", "public - - /*"],
    ])
    func `a tie is refused`(lines: [String]) {
        #expect { try load(lines) } throws: { "\($0)".contains("routes[1].match: found what route \"r0\" already matches") }
    }

    @Test(arguments: [
        ["public - - /a", "public - - /a/*"], ["public - GET /a", "public - POST /a"], ["public - GET /a", "public - HEAD /a"],
        ["public - GET /a", "public - - /a"],
        ["public a.test - /a", "public - - /a"], ["public - - /a", "public - - /A"], ["public - - /a", "public - - /{b}"],
    ])
    func `what is told apart is no tie`(lines: [String]) throws {
        #expect(try load(lines).warnings.isEmpty)
    }

    @Test(arguments: [
        ("login", #"{"callback":"/healthz"}"#, "login.callback"),
        ("directory.linking.confirmation", #""/healthz""#, "directory.linking.confirmation"),
    ])
    func `a page of our own does not take the health check's path`(path: String, json: String, named: String) throws {
        let text = try Sample.changing(path, to: json)
        #expect { try Sample.load(text) } throws: {
            "\($0)".contains("\(named): found the path of Segue's own health check")
        }
    }

    @Test(arguments: [("login", #"{"callback":"/healthy"}"#), ("directory.linking.confirmation", #""/healthz/me""#)])
    func `a page of our own has any other path`(path: String, json: String) throws {
        #expect(try Sample.load(Sample.changing(path, to: json)).warnings.isEmpty)
    }

    @Test func `paths that differ in case are a tie where the origin ignores it`() {
        let origin = "{\"servers\":[\"http://a\"],\"caseInsensitivePaths\":true}"
        #expect(throws: SettingsFailure.self) { try load(["public - - /a", "public - - /A"], origin: origin) }
    }

    @Test(arguments: [
        ["deny - - /admin", "public a.test - /*"], ["deny - - /admin/*", "observe *.test - /*"],
        ["deny - - /u/{id}/keys", "public - - /u/me/*"],
        ["deny *.test - /admin", "public a.test - /*"], ["deny - - /{x}/*", "public - - /a/*"],
    ])
    func `a weaker catch-all that comes first is a warning`(lines: [String]) throws {
        let warnings = try load(lines).warnings
        #expect(warnings.contains { $0.path == "routes[1].match" && "\($0)".contains("comes before route \"r0\"") }, "\(warnings)")
    }

    @Test(arguments: [
        ["deny - - /admin", "public - - /*"], ["public a.test - /*", "public - - /admin"],
        ["deny a.test - /admin", "public b.test - /*"], ["deny - - /u/me", "public - - /u/{id}/*"],
        ["deny - GET /admin", "public a.test POST /*"], ["deny - - /b/{x}", "public - - /a/*"],
        ["deny a.test - /admin", "public *.test - /*"],
    ])
    func `a catch-all that comes last, or asks no less, is none`(lines: [String]) throws {
        #expect(try load(lines).warnings.isEmpty)
    }
}
