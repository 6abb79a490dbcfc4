import Crypto
package import Telemetry

/// One message with a text and an HTML part (RFC 5322, RFC 2046 §5.1.4). What goes into its fields has been looked at before:
/// addresses and names by their types, the subject here.
package struct MailMessage: Sendable {
    package enum Fault: Error, Hashable { case subjectWithControls }

    package let sender: MailAddress
    package let recipient: MailAddress
    package let content: [UInt8]

    /// - Parameter random: for the message's own name and the line between its parts.
    package init(
        from sender: Mailbox, to recipient: Mailbox, replyTo: Mailbox?, subject: String, text: String, html: String,
        at time: UnixTime, random: [UInt8]
    ) throws(Fault) {
        guard !subject.unicodeScalars.contains(where: isControl) else { throw .subjectWithControls }
        (self.sender, self.recipient) = (sender.address, recipient.address)
        let unique = Hexadecimal.encode(random)
        let domain = sender.address.text.drop { $0 != "@" }
        // RFC 2045 §6.7: `=_` never stands in what quoted-printable has written.
        let boundary = "=_\(unique)"
        var lines = [
            "Date: \(CalendarTime(time).httpDate.replacing("GMT", with: "+0000"))", "From: \(sender.field)",
            "To: \(recipient.field)",
        ]
        if let replyTo { lines.append("Reply-To: \(replyTo.field)") }
        lines += [
            "Subject: \(EncodedWords.unstructured(subject))", "Message-ID: <\(unique)\(domain)>",
            // RFC 3834 §5: nobody's absence is to be told to a program.
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "",
        ]
        // The last part is the one that a reader prefers (RFC 2046 §5.1.4).
        for (type, part) in [("text/plain", text), ("text/html", html)] {
            lines += [
                "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
                QuotedPrintable.encode(part),
            ]
        }
        lines += ["--\(boundary)--", ""]
        content = Array(lines.joined(separator: "\r\n").utf8)
    }
}

extension Mailbox {
    fileprivate var field: String {
        guard let name, !name.unicodeScalars.contains(where: isControl) else { return "<\(address.text)>" }
        return "\(EncodedWords.phrase(name)) <\(address.text)>"
    }
}
