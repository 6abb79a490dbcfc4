import Telemetry

@testable import Mail

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// A letter of an operator's: what is accepted has no place that nobody fills, is itself where each place is filled with its own name, and
/// takes from no value a mark of HTML, nor as a subject a second field.
func fuzzLetter(_ bytes: Span<UInt8>) throws {
    let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    let places = ["site", "user_name"]
    func filled(_ value: (String) -> String) -> [String: String] {
        Dictionary(uniqueKeysWithValues: places.map { ($0, value($0)) })
    }
    if let template = try? LetterTemplate(subject: "", text: text, html: text, places: places) {
        let same = template.letter(filled { "{\($0)}" })
        guard same.text.utf8.elementsEqual(text.utf8), same.html.utf8.elementsEqual(text.utf8) else {
            throw Difference(description: "words are lost")
        }
        let marked = template.letter(filled { _ in "." })
        guard !places.contains(where: { marked.text.contains("{\($0)}") }) else { throw Difference(description: "a place is left") }
        let hostile = template.letter(filled { _ in "<i title=\"'{site}'\">" }).html
        for mark in "<>\"'".utf8 where hostile.utf8.count(where: { $0 == mark }) != text.utf8.count(where: { $0 == mark }) {
            throw Difference(description: "a value is no text in HTML")
        }
    }
    guard let subject = try? LetterTemplate(subject: text, text: "", html: "", places: places),
        let site = Mailbox("no-reply@example.com")
    else { return }
    let message = try MailMessage(
        from: site, to: site, replyTo: nil, subject: subject.letter(filled { _ in "x" }).subject, text: "", html: "",
        at: UnixTime(seconds: 0), random: [1])
    let head = String(decoding: message.content, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        .prefix { !$0.isEmpty }
    guard head.count(where: { !$0.hasPrefix(" ") }) == 8, head.allSatisfy({ $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    else { throw Difference(description: "a subject is more than a field") }
}
