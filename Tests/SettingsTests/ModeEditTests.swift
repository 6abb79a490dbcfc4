import Settings
import Testing

@Suite("ModeEdit") struct ModeEditTests {
    @Test func `only the bytes of the mode change`() throws {
        let loaded = try Sample.load()
        let edit = try #require(ModeEdit(loaded, route: 0, mode: .clerk))
        #expect(
            String(decoding: edit.text, as: UTF8.self) == Sample.text.replacing("\"mode\": \"dual\"", with: "\"mode\": \"clerk\""))
        #expect(edit.before.contains("\"dual\"") && edit.after == edit.before.replacing("dual", with: "clerk"))
        #expect(edit.before.contains("\"posts\"") && edit.line == 18)
        #expect(try Sample.load(String(decoding: edit.text, as: UTF8.self)).settings.routes[0].mode == .clerk)
    }

    @Test func `a mode from the environment is not edited`() throws {
        let text = Sample.text.replacing("\"mode\": \"dual\"", with: "\"mode\": \"${MODE:-dual}\"")
        #expect(try ModeEdit(Sample.load(text), route: 0, mode: .clerk) == nil)
    }

    @Test func `escapes in the mode are no obstacle`() throws {
        let text = Sample.text.replacing("\"mode\": \"dual\"", with: "\"mode\":\"d\\u0075al\"")
        let edit = try #require(ModeEdit(Sample.load(text), route: 0, mode: .legacy))
        #expect(edit.after.contains("\"mode\":\"legacy\""))
    }
}
