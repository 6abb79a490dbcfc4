import Files
import Telemetry

/// How to go on by hand with a demo that is left running.
struct DemoGuide {
    private let stage: DemoStage

    init(_ stage: DemoStage) { self.stage = stage }

    func print() async throws {
        let environment = stage.folder.file("environment")
        let lines = stage.gateway.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        try Files.create(environment, Array(lines.joined().utf8), mode: 0o600)
        // Ada has a new address at Clerk since the fourth step; her user is still the one that her row is linked to.
        guard let user = try stage.database.clerkUser(of: stage.ada) else { throw DemoFailure("Ada is not linked") }
        let session = try await stage.clerk.signIn(user, seconds: 3600)
        let (gateway, admin) = (stage.gateway.url, stage.gateway.adminURL)
        let segue = "env $(cat \(environment)) \(CommandLine.arguments[0])"
        Terminal.say(
            """

            Everything keeps running until Ctrl-C.

              gateway   \(gateway)
              admin     \(admin)/metrics, /readyz
              origin    http://\(stage.origin.address)
              Clerk     \(stage.clerk.running.url)/__emulator/status
              log       tail -f \(stage.folder.file("gateway.log"))

            Ada's old cookie, her old JWT (of no use on /api/profile since the flip), and her Clerk session, good for an hour:

            curl -s \(gateway)/api/scheduled-posts/7 -b session_token=\(stage.ada.sessionToken.exposeText())
            curl -s '\(gateway)/api/scheduled-posts/7?user_id=\(stage.bob.id)' -H 'Authorization: Bearer \(stage.ada.legacyToken.exposeText())'
            curl -s \(gateway)/api/profile -H 'X-User-Id: \(stage.bob.id)' -H 'Authorization: Bearer \(session.exposeText())'

            Flip a route, and see how far the migration is:

            \(segue) flip profile dual \(stage.gateway.settings)
            \(segue) status \(stage.gateway.settings)
            curl -s \(admin)/admin/migration-status -H 'Authorization: Bearer \(stage.gateway.adminToken.exposeText())'
            """)
    }
}
