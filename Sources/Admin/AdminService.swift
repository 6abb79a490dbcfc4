import Crypto
import HTTP
package import HTTPServer
import JSON
import Settings
import Telemetry

/// The admin listener: health, metrics and version for anybody who reaches it, `/admin/…` with the token only.
package struct AdminService: Sendable {
    private let source: any AdminSource

    package init(source: any AdminSource) { self.source = source }

    package func handle(_ request: ServerRequest) async -> ServerResponse {
        guard request.method == .get || request.method == .head else {
            return refusal(.methodNotAllowed, "only GET is served here")
        }
        switch request.path {
        case "/healthz": return .text("ok\n")
        case "/readyz": return await readiness()
        case "/metrics":
            return ServerResponse(
                status: .ok, fields: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                content: Array(await source.metrics().utf8))
        case "/version": return .json(Array(#"{"version":"\#(source.version)"}"#.utf8))
        case "/admin/migration-status": return await authorized(request) { await migrationStatus() }
        case "/admin/routes": return await authorized(request) { await routes() }
        default: return refusal(.notFound, "no such page")
        }
    }

    // MARK: Who may ask

    private func authorized(_ request: ServerRequest, _ answer: () async -> ServerResponse) async -> ServerResponse {
        guard let token = source.adminToken else { return refusal(.forbidden, "set admin.token to open /admin") }
        guard let given = bearer(request), isSame(given, token.expose()) else {
            var response = refusal(.unauthorized, "the admin token is missing or wrong")
            response.fields.append(("WWW-Authenticate", #"Bearer realm="segue admin""#))
            return response
        }
        return await answer()
    }

    private func bearer(_ request: ServerRequest) -> [UInt8]? {
        guard let field = request.field("Authorization") else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return Array(parts[1].utf8)
    }

    /// Digests are compared, so that neither the length nor the first wrong byte shows in the time that it takes.
    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        isEqualInConstantTime(Digest.sha256(one).span, Digest.sha256(other).span)
    }

    // MARK: Answers

    private func readiness() async -> ServerResponse {
        let health = await source.health()
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("ready", health.isReady)
        writer.member("status", health.state.rawValue)
        writer.key("causes")
        writer.beginArray()
        for cause in health.causes {
            writer.beginObject()
            writer.member("code", cause.code)
            writer.member("text", cause.text)
            writer.endObject()
        }
        writer.endArray()
        writer.key("routes")
        writeRoutes(await source.routes(), to: &writer)
        writer.endObject()
        return .json(writer.bytes, status: health.isReady ? .ok : .serviceUnavailable)
    }

    private func routes() async -> ServerResponse {
        var writer = JSONWriter()
        writeRoutes(await source.routes(), await source.verdicts(), to: &writer)
        return .json(writer.bytes)
    }

    private func writeRoutes(
        _ routes: [RouteReport], _ verdicts: [String: [VerdictCount]]? = nil, to writer: inout JSONWriter
    ) {
        writer.beginArray()
        for route in routes {
            writer.beginObject()
            writer.member("name", route.name)
            writer.member("mode", route.mode)
            writer.member("file", route.file)
            if let override = route.override {
                writer.key("override")
                override.write(to: &writer)
            }
            if let canary = route.canary {
                writer.key("canary")
                writer.beginObject()
                writer.member("mode", canary.mode)
                writer.key("percent")
                writer.int(canary.percent)
                writer.endObject()
            }
            if let counts = verdicts?[route.name], !counts.isEmpty { write(counts, to: &writer) }
            writer.endObject()
        }
        writer.endArray()
    }

    private func write(_ counts: [VerdictCount], to writer: inout JSONWriter) {
        writer.key("verdicts")
        writer.beginArray()
        for count in counts {
            writer.beginObject()
            writer.member("mode", count.mode)
            writer.member("outcome", count.outcome)
            writer.key("count")
            writer.int(Int(count.count))
            writer.endObject()
        }
        writer.endArray()
    }

    private func migrationStatus() async -> ServerResponse {
        guard let status = await source.migrationCounts() else {
            return refusal(.serviceUnavailable, "the directory cannot be asked now")
        }
        var writer = JSONWriter()
        status.write(to: &writer)
        return .json(writer.bytes)
    }

    private func refusal(_ status: Status, _ text: String) -> ServerResponse {
        .json(Array(#"{"detail": "\#(text)"}"#.utf8), status: status)
    }
}
