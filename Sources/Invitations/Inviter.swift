package import Authentication
import Crypto
import Identity
import Mail
package import Settings
package import Telemetry

/// Invites one person: writes the invitation down, sends the letter, and writes down what became of it.
package struct Inviter: Sendable {
    package let settings: InvitationSettings
    private let smtp: SMTPSettings
    private let letters: Letters
    private let store: any InvitationStore
    private let carrier: any MailCarrier

    package init(
        _ settings: InvitationSettings, _ smtp: SMTPSettings, _ letters: Letters, store: any InvitationStore,
        carrier: any MailCarrier
    ) {
        (self.settings, self.smtp, self.letters) = (settings, smtp, letters)
        (self.store, self.carrier) = (store, carrier)
    }

    package enum Outcome: Sendable, Hashable {
        case sent(until: UnixTime)
        case failed(MailFailure)
        /// Another process has invited them, or is about to; or they have changed since they were read.
        case notOurTurn
        case tooOften(retryAfterSeconds: Int)
        /// No address, or none that mail can be sent to.
        case noAddress
    }

    /// - Parameter random: the bytes of the token, and of the message's name.
    package func invite(
        _ addressee: Addressee, _ kind: InvitationKind, batch: String?, _ turn: InvitationTurn, at now: UnixTime,
        random: (token: [UInt8], message: [UInt8]) = (RandomBytes.make(InvitationToken.bytes), RandomBytes.make(16))
    ) async throws(Unavailable) -> Outcome {
        guard let email = addressee.row.email, let address = MailAddress(email) else { return .noAddress }
        let token = InvitationToken(random: random.token)
        let hours = kind == .welcome ? settings.welcomeHours : settings.hours
        let invitation = NewInvitation(
            user: addressee.row.id, kind: kind, token: token.digest, address: InvitationDigest(ofAddress: email),
            clerkUser: kind == .welcome ? addressee.row.clerkUser : nil, batch: batch, created: now,
            expires: now.adding(seconds: Int64(hours) * 3_600))
        guard let message = message(to: address, addressee, kind, token, hours, at: now, random.message) else {
            return .failed(.unavailable("the letter's subject has more than one line"))
        }
        switch try await store.begin(invitation, turn) {
        case .begun: break
        case .notOurTurn: return .notOurTurn
        case .tooOften(let seconds): return .tooOften(retryAfterSeconds: seconds)
        }
        do throws(MailFailure) { try await carrier.carry(message) } catch {
            try await store.note(MailOutcome(error), of: invitation, at: now)
            return .failed(error)
        }
        // The mail is out: what cannot be noted is sent again by a later run at worst.
        do throws(Unavailable) { try await store.note(.sent, of: invitation, at: now) } catch {}
        return .sent(until: invitation.expires)
    }

    private func message(
        to address: MailAddress, _ addressee: Addressee, _ kind: InvitationKind, _ token: InvitationToken, _ hours: Int,
        at now: UnixTime, _ random: [UInt8]
    ) -> MailMessage? {
        let name = addressee.name.flatMap(Self.shownName)
        let letter = letters.template(for: kind).letter([
            "greeting": name.map { "Hello \($0)," } ?? "Hello,", "user_name": name ?? "", "site": settings.site,
            "migration_url": "\(settings.url)\(settings.page)?token=\(token.text.exposeText())",
            "expires_in": hours % 24 == 0 && hours > 24 ? "\(hours / 24) days" : hours == 1 ? "1 hour" : "\(hours) hours",
        ])
        return try? MailMessage(
            from: smtp.from, to: Mailbox(name: name, address: address), replyTo: smtp.replyTo, subject: letter.subject,
            text: letter.text, html: letter.html, at: now, random: random)
    }

    /// A name as somebody typed it once, unless it is more than a name: mail in our name must not say what a stranger wrote, such
    /// as a link to another site.
    package static func shownName(_ name: String) -> String? {
        let scalars = name.unicodeScalars
        guard (1...60).contains(scalars.count), scalars.first != " ",
            scalars.allSatisfy({ scalar in
                scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
                    || " -'’".unicodeScalars.contains(scalar)
            })
        else { return nil }
        return name
    }
}

extension MailOutcome {
    fileprivate init(_ failure: MailFailure) {
        self =
            switch failure {
            case .refused, .unavailable: .failed("\(failure)")
            case .unclear(let reason): .unclear(reason)
            }
    }
}
