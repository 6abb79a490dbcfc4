package import JSON
import Telemetry

extension RouteOverride {
    /// As `/admin/routes`, `/readyz`, `segue routes` and `segue explain` show it.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mode", mode.rawValue)
        writer.member("base", base.rawValue)
        writer.member("actor", actor)
        writer.member("made", made.rfc3339)
        if let expires { writer.member("expires", expires.rfc3339) }
        writer.endObject()
    }
}
