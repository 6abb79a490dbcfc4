import CCurl
import Telemetry

// The conversation with an SMTP server is libcurl's; what it must not do without is said here.
extension Transfer {
    func configure(_ mail: MailRequest) throws(FetchError) {
        try configure(mail.server)
        // RFC 5321 §4.1.1: whatever ends a line would begin a command.
        for address in [mail.sender, mail.recipient] where !address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw .invalidField(name: "address")
        }
        unsafe segue_curl_set_text(easy, CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        appendToList("<\(mail.recipient)>")
        unsafe segue_curl_set_list(easy, CURLOPT_MAIL_RCPT, fieldList)
        setContent()
        setReceivers()
    }

    /// A command that does nothing takes the place of mail (RFC 5321 §4.1.1.9).
    func configureVisit(_ server: MailServer) throws(FetchError) {
        try configure(server)
        unsafe segue_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, "NOOP")
        setReceivers()
    }

    private func configure(_ server: MailServer) throws(FetchError) {
        let isSecure = server.url.lowercased().hasPrefix("smtps://")
        guard isSecure || server.url.lowercased().hasPrefix("smtp://"),
            unsafe segue_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK,
            unsafe segue_curl_set_text(easy, CURLOPT_URL, server.url) == CURLE_OK
        else { throw .invalidURL("not smtp or smtps") }
        // `ALL`: a server, or somebody in between, that offers no STARTTLS is told neither password nor message.
        if server.requiresTLS { set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let file = server.authorities { unsafe segue_curl_set_text(easy, CURLOPT_CAINFO, file) }
        if let user = server.user { unsafe segue_curl_set_text(easy, CURLOPT_USERNAME, user) }
        if let password = server.password { unsafe segue_curl_set_text(easy, CURLOPT_PASSWORD, password.exposeText()) }
        // Nothing is said twice by itself: a connection of its own, closed with QUIT.
        set(CURLOPT_FRESH_CONNECT, 1)
        set(CURLOPT_FORBID_REUSE, 1)
    }

    /// Whether the server asked for the message (354, RFC 5321 §4.2.2) and libcurl has all of it: the next word was to be what becomes of it.
    func hasMail(at code: Int) -> Bool { unsafe code == 354 && sentBytes == content.count }

    private func setContent() {
        set(CURLOPT_UPLOAD, 1)
        unsafe segue_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, content.count)
        unsafe segue_curl_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe segue_curl_set_receiver(easy, CURLOPT_READFUNCTION) { buffer, size, count, context in
            unsafe Transfer.of(context).takeContent(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
        }
    }

    private func takeContent(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = unsafe min(buffer.count, content.count - sentBytes)
        guard count > 0 else { return 0 }
        unsafe buffer.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(content)[sentBytes..<sentBytes + count]))
        sentBytes += count
        return count
    }
}
