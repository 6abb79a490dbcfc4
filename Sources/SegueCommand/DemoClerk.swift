import Emulator
import HTTP
import HTTPServer
import JSON
import Sockets
import Telemetry

/// The emulated Clerk of the demo: people sign up and sign in there. It is asked in this process, past its listener,
/// which is for the gateway.
struct DemoClerk {
    let running: RunningEmulator

    /// - Parameter origin: the front end whose sessions these are.
    init(loop: Loop, origin: String) throws {
        running = try RunningEmulator(
            on: .anyLoopbackPort, loop: loop, origin: origin, secretKey: RunningEmulator.freshSecretKey())
    }

    /// Somebody signs up and proves the address by a code that was sent there. Returns the user's id.
    func signUp(_ email: String) async throws -> String {
        try await add(email, id: nil)
    }

    /// The user has a new address instead of the old one. The Backend API cannot take an address away from a user, so the
    /// emulator forgets the user and makes it again.
    func changeAddress(of user: String, to email: String) async throws {
        _ = try await ask(.delete, "/v1/users/\(user)")
        _ = try await add(email, id: user)
    }

    /// The user signs in: a session token, as the front end sends it.
    func signIn(_ user: String, seconds: Int = 60) async throws -> Secret {
        let reply = try await ask(
            .post, "/__emulator/tokens",
            .object([
                JSONMember("user_id", JSONValue(.string(user))),
                JSONMember("expires_in", JSONValue(.number(JSONNumber(Int64(seconds))))),
            ]))
        guard let token = reply["jwt"]?.string else { throw DemoFailure("the emulator made no token") }
        return Secret(token)
    }

    private func add(_ email: String, id: String?) async throws -> String {
        let address = [
            JSONMember("email_address", JSONValue(.string(email))),
            JSONMember("status", JSONValue(.string("verified"))),
            JSONMember("strategy", JSONValue(.string("email_code"))),
        ]
        let addresses = JSONMember("email_addresses", JSONValue(.array([JSONValue(.object(address))])))
        let known = id.map { [JSONMember("id", JSONValue(.string($0)))] } ?? []
        let user = try await ask(.post, "/__emulator/users", .object(known + [addresses]))
        guard let made = user["id"]?.string else { throw DemoFailure("the emulator made no user") }
        return made
    }

    private func ask(_ method: HTTP.Method, _ path: String, _ content: JSONValue.Content? = nil) async throws -> JSONValue {
        var json = JSONWriter()
        if let content { json.value(JSONValue(content)) }
        let fields = [
            ("Authorization", "Bearer \(running.secretKey.exposeText())"), ("Content-Type", "application/json"),
        ]
        let response = await running.emulator.handle(
            ServerRequest(method: method, path: path, fields: fields, content: json.bytes))
        guard response.status == .ok else {
            throw DemoFailure("the emulator: \(String(decoding: response.content, as: UTF8.self))")
        }
        return try JSONValue(parsing: response.content)
    }
}

/// Why the demo cannot go on.
struct DemoFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
