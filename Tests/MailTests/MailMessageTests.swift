import Telemetry
import Testing

@testable import Mail

@Suite("MailMessage") struct MailMessageTests {
    let ada = MailAddress("ada@example.com")!
    let site = Mailbox("Example <no-reply@example.com>")!

    func lines(name: String? = nil, subject: String = "Hello", text: String = "x", html: String = "<p>x</p>") throws -> [String] {
        let message = try MailMessage(
            from: site, to: Mailbox(name: name, address: ada), replyTo: nil, subject: subject, text: text, html: html,
            at: UnixTime(seconds: 1_795_305_600), random: [1, 2])
        return String(decoding: message.content, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false).map(
            String.init)
    }

    @Test func `a message has two parts, and ends as SMTP wants lines to end`() throws {
        let lines = try lines()
        #expect(
            lines.prefix { !$0.isEmpty } == [
                "Date: Sun, 22 Nov 2026 00:00:00 +0000", "From: Example <no-reply@example.com>", "To: <ada@example.com>",
                "Subject: Hello",
                "Message-ID: <0102@example.com>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_0102\"",
            ])
        #expect(lines.filter { $0.hasPrefix("--=_0102") } == ["--=_0102", "--=_0102", "--=_0102--"])
        #expect(lines.last == "")
    }

    static let hostile = [
        "Ada\r\nBcc: all@example.com", "Ada\nBcc: all@example.com", "Ada\rBcc: x@y.z", "Ada\u{2028}Bcc: x@y.z", "Ada\u{0}",
        "Ada\u{202E}moc", "Ada, eve@example.com", "\"Ada\" <eve@example.com>,", "=?utf-8?Q?=0D=0ABcc:_x@y.z?=",
        "Adä <eve@example.com>",
        String(repeating: "ä", count: 200), String(repeating: "a ", count: 100), "", " ", "\u{85}", "a\u{B}b",
    ]

    @Test(arguments: hostile) func `no name makes a second field or a second recipient`(_ name: String) throws {
        let head = try lines(name: name).prefix { !$0.isEmpty }
        #expect(head.filter { !$0.hasPrefix(" ") }.count == 8)
        let to = head.drop { !$0.hasPrefix("To: ") }.enumerated().prefix { $0.offset == 0 || $0.element.hasPrefix(" ") }.map(
            \.element)
        #expect(to.joined().filter { $0 == "@" }.count == 1)
        #expect(to.joined().filter { $0 == "," }.isEmpty)
        #expect(head.allSatisfy { $0.utf8.count <= 100 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a\rb", "a\u{2029}b", "a\u{0}b", "a\u{202E}b"])
    func `a subject is one line`(_ subject: String) {
        #expect(throws: MailMessage.Fault.subjectWithControls) { try lines(subject: subject) }
    }

    @Test func `a subject that is not ASCII is cut into words between characters`() throws {
        let subject = try #require(try lines(subject: String(repeating: "é", count: 60)).first { $0.hasPrefix("Subject") })
        #expect(subject.hasPrefix("Subject: =?utf-8?B?w6nDqcOp"))
        // 45 bytes hold 22 of them and not 22 and a half.
        #expect(subject.utf8.count == "Subject: =?utf-8?B?".utf8.count + 60 + 2)
    }

    @Test(arguments: [
        ("a=b", "a=3Db"), (".", "=2E"), ("..x", "=2E.x"), ("From me", "=46rom me"), ("x ", "x=20"), ("x\t", "x=09"),
        ("é", "=C3=A9"),
        ("a\rb", "a=0Db"), ("a\0b", "a=00b"), ("a b", "a b"),
    ])
    func `a text is written so that no server changes it`(_ text: String, _ written: String) {
        #expect(QuotedPrintable.encode(text) == written + "\r\n")
    }

    @Test func `no line is longer than 76, and none begins with a dot`() {
        for count in 70...80 {
            for unit in ["a", ".", "=", "é", " "] {
                let lines = QuotedPrintable.encode(String(repeating: unit, count: count)).split(separator: "\r\n")
                #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") && !$0.hasSuffix(" ") })
            }
        }
    }
}

@Suite("MailAddress") struct MailAddressTests {
    @Test(arguments: ["a@b", "ada.lovelace+x@mail.example.com", "o'brien@example.com", "1@1.2"])
    func `an address is one`(_ text: String) { #expect(MailAddress(text)?.text == text) }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "a@b\r\nRCPT TO:<x@y>", "a\n@b", "<a@b>", "a@b>", "a,b@c", "\"a b\"@c",
        "a@[1.2.3.4]",
        ".a@b", "a.@b", "a..b@c", "a@-b", "a@b-", "a@b..c", "a@.b", "ä@b", "a@ä", "a@b\0", "a@b ", "a@b;c", "a:b@c", "a\u{2028}@b",
    ])
    func `anything else is none`(_ text: String) { #expect(MailAddress(text) == nil) }

    @Test func `a sender may have a name`() {
        #expect(Mailbox("The Site <a@b>")?.name == "The Site")
        #expect(Mailbox("<a@b>") == Mailbox(name: nil, address: MailAddress("a@b")!))
        for text in ["The Site a@b", "The Site <a@b", "The Site <a b>", "The\nSite <a@b>", "The Site <a@b> x"] {
            #expect(Mailbox(text) == nil)
        }
    }
}

@Suite("LetterTemplate") struct LetterTemplateTests {
    @Test func `a value is text in HTML and no place for another value`() throws {
        let template = try LetterTemplate(
            subject: "{site}\n", text: "{user_name} {site} {x {} }", html: "<b title=\"{user_name}\">{user_name}</b> p{color:red}",
            places: ["site", "user_name"])
        let letter = template.letter(["site": "S", "user_name": "<i>\"{site}\"'&"])
        #expect(letter.subject == "S")
        #expect(letter.text == "<i>\"{site}\"'& S {x {} }")
        let escaped = "&lt;i&gt;&quot;{site}&quot;&#39;&amp;"
        #expect(letter.html == "<b title=\"\(escaped)\">\(escaped)</b> p{color:red}")
    }

    @Test func `a place that nobody fills and a subject of two lines are refused`() {
        #expect(throws: LetterTemplate.Fault.unknownPlace("name", known: ["site"])) {
            try LetterTemplate(subject: "", text: "{name}", html: "", places: ["site"])
        }
        #expect(throws: LetterTemplate.Fault.subjectOfSeveralLines) {
            try LetterTemplate(subject: "a\nb", text: "", html: "", places: [])
        }
    }

    @Test(arguments: ["{userName}", "{Site}", "{site2}", "{ site }", "{user-name}", "{größe}", "{site }\u{301}", "{{name}}"])
    func `what looks like a place and is none is refused`(_ text: String) {
        #expect(throws: LetterTemplate.Fault.self) { try LetterTemplate(subject: "", text: text, html: "", places: ["site"]) }
    }

    @Test func `a place is one whatever stands behind it, and a subject may end as Windows ends lines`() throws {
        let template = try LetterTemplate(
            subject: "{site}\r\n", text: "{site}\u{301}", html: "\u{200D}{site}\u{200D}", places: ["site"])
        let letter = template.letter(["site": "S"])
        #expect(letter.subject == "S" && letter.text == "S\u{301}")
        #expect(letter.html.unicodeScalars.contains("S"))
    }
}
