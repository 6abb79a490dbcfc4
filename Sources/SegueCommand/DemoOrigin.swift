import HTTP
import HTTPServer
import JSON
import Snapshot
import Sockets

/// A small origin server. It answers with exactly what it received, as JSON, and remembers it.
struct DemoOrigin {
    let address: Address
    private let server: SmallServer
    private let received = Guarded<[ServerRequest]>([])

    init(loop: Loop) throws {
        let (received, listen) = (self.received, Address.anyLoopbackPort)
        server = try SmallServer(on: listen, loop: loop) { request in
            received.withLock { $0.append(request) }
            return .json(Self.json(of: request))
        }
        address = server.address ?? listen
    }

    /// What has arrived since this was last asked.
    func takeReceived() -> [ServerRequest] {
        received.withLock { held in
            defer { held = [] }
            return held
        }
    }

    static func json(of request: ServerRequest) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("method")
        json.string(request.method.name)
        json.key("target")
        json.string(request.target)
        json.key("fields")
        json.beginArray()
        for field in request.fields {
            json.beginArray()
            json.string(field.name)
            json.string(field.value)
            json.endArray()
        }
        json.endArray()
        json.key("content")
        json.string(String(decoding: request.content, as: UTF8.self))
        json.endObject()
        return json.bytes
    }
}

extension Address {
    /// 127.0.0.1, and a port that the system chooses.
    static var anyLoopbackPort: Address {
        Address(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1], port: 0)
    }
}

extension ServerRequest {
    /// The request target as it came.
    var target: String { path + (query.map { "?\($0)" } ?? "") }

    /// Every value of a field, in any spelling that an application might take for it: WSGI, Rack, PHP and CGI read `x_user_id`
    /// and `X.User.Id` as `X-User-Id`.
    func values(_ name: String) -> [String] { fields.filter { $0.name.folded == name.folded }.map(\.value) }
}

extension String {
    /// Lower-cased, and `-` for whatever is no letter or digit.
    var folded: String {
        String(decoding: lowercased().utf8.map { isLetterOrDigit($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
