import Settings
import Testing

/// `routes[].answer`: a route that Segue answers itself.
@Suite("Route.Answer") struct AnswerTests {
    private func load(_ route: String, users: String = #""role":"role","#) throws(SettingsFailure) -> Settings {
        try Sample.load(
            #"""
            {"version":1,"origins":{"api":{"servers":["http://a"]}},
             "legacy":[{"name":"s","kind":"session","from":["cookie:s"],"query":"SELECT 1 WHERE $1 = ''"}],
             "directory":{"url":"sqlite:x","users":{\#(users)"id":"id"},"linking":{"legacyEmail":"trusted","privilegedRoles":["admin"]}},
             "routes":[{"name":"a","match":{"path":"/a"},"mode":"public","origin":"api"},{"name":"b","match":{"path":"/b"},\#(route)}]}
            """#
        ).settings
    }

    @Test func `it needs no origin`() throws {
        let settings = try load(#""answer":"migrationStatus","mode":"legacy""#)
        #expect(settings.routes[1].answer == .migrationStatus && settings.routes[1].origin == nil)
        #expect(settings.obstacle(to: .deny, on: settings.routes[1]) == nil)
        #expect(settings.obstacle(to: .legacy, on: settings.routes[1]) == nil)
        for mode in [Mode.public, .observe] { #expect(settings.obstacle(to: mode, on: settings.routes[1]) != nil) }
    }

    @Test(arguments: [
        (#""answer":"status","mode":"legacy""#, "migrationStatus"),
        (#""answer":"migrationStatus","mode":"public""#, "because of answer"),
        (#""answer":"migrationStatus","mode":"observe""#, "because of answer"),
        (#""answer":"migrationStatus","mode":"legacy","optional":true"#, "because of answer"),
        (#""answer":"migrationStatus","mode":"legacy","origin":"api""#, "no origin beside answer"),
        (#""answer":"migrationStatus","mode":"legacy","set":{"query":{"u":"{user.id}"}}"#, "no set beside answer"),
        (#""mode":"legacy""#, "the name of an origin"),
    ])
    func `what cannot work is refused`(route: String, words: String) {
        #expect { try load(route) } throws: { "\($0)".contains(words) }
    }

    @Test func `somebody must be privileged`() {
        #expect { try load(#""answer":"migrationStatus","mode":"legacy""#, users: "") } throws: {
            "\($0)".contains("directory.users.role")
        }
    }
}
