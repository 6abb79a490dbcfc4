import HTTP
import HTTP1

extension RequestHead {
    /// The one protocol that a connection is handed over to. Any other Upgrade is ignored, as RFC 9110 §7.8 allows: one to
    /// h2c would carry requests past every rule (threats of yarp#877, traefik#9341).
    var wantsWebSocket: Bool { wantsUpgrade && section.isWebSocket }
}

extension ResponseHead {
    /// The origin switches to what was asked for, and says so for this connection: an Upgrade that no `Connection` names is left
    /// over from another hop (RFC 9110 §7.8).
    var switchesToWebSocket: Bool {
        status == .switchingProtocols && section.isWebSocket && (try? ConnectionOptions(section))?.upgrade ?? false
    }
}

extension FieldSection {
    fileprivate var isWebSocket: Bool {
        guard count(.upgrade) == 1, let value = first(.upgrade) else { return false }
        return equalsIgnoringCase(value, "websocket")
    }
}
