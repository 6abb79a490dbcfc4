extension Shape {
    static let smtp: Shape = .object([
        required("url", .string, "`smtp://HOST:PORT`, or `smtps://HOST:PORT` for TLS from the first byte."),
        key("user", .string, "The name to sign in with."),
        key("password", .secret, standard: "`SMTP_PASSWORD`", "And its password."),
        required("from", .string, "The sender: `no-reply@example.com`, or `Example <no-reply@example.com>`."),
        key("replyTo", .string, "Where answers go, written alike."),
        key(
            "startTls", .bool, standard: "true; false for a server on this machine",
            "An `smtp://` connection must become TLS before anything is sent; `false` sends in clear."),
        key(
            "caFile", .string, standard: "the system's",
            "A PEM file with the authorities that are believed, for a server with a certificate of your own."),
        key("timeoutSeconds", .integer(1...60), standard: "10", "Until the server must have taken a message."),
        key(
            "perMinute", .integer(6...60_000), standard: "60",
            "Mail that `segue invite` sends in a minute, all processes together; ask your provider."),
    ])

    static let invitations: Shape = .object([
        key(
            "path", .string,
            "The path at which a user who is signed in the old way asks for an invitation (POST); without it only `segue invite` sends any."
        ),
        required("page", .string, "The path of the page that an invitation leads to, which Segue answers itself."),
        required("url", .string, "Where people reach that page: scheme and host, such as `https://app.example.com`."),
        key("site", .string, standard: "the host of `url`", "What mail calls the application."),
        key("hours", .integer(1...720), standard: "24", "How long an invitation is good."),
        key("welcomeHours", .integer(1...720), standard: "72", "How long a welcome to somebody who was created in Clerk is good."),
        key(
            "ticketSeconds", .integer(30...3600), standard: "600",
            "How long the sign-in ticket is good that a welcome is exchanged for; it is made at that moment."),
        key(
            "signIn", .string,
            "The application's page on which people sign in with Clerk; it gets `redirect_url`, or a welcome's `__clerk_ticket`."),
        key("signUp", .string, standard: "`signIn`", "The page on which they sign up: Clerk's own invitations lead there."),
        key(
            "perUserPerHour", .integer(1...100), standard: "3", "Invitations that one user may ask for in an hour."),
        key("perClientPerHour", .integer(1...10_000), standard: "20", "And that are asked for from one address."),
        key(
            "templates", .string,
            "A folder with letters of your own: `invitation.subject`, `.txt`, `.html` and the same for `welcome`; what is not there is Segue's."
        ),
        key(
            "errors", .words(of: Route.ErrorProfile.self), standard: "\"error\"",
            "How a refusal at `path` is written; the page has always `detail`."),
    ])
}
