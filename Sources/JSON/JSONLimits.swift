/// How much of a text is read before it is refused.
package struct JSONLimits: Hashable, Sendable {
    /// Settings, key sets and API replies are far below it.
    package var bytes: Int = 4 << 20
    /// At most 64: the reader keeps its open arrays and objects as the bits of one word.
    package var depth: Int = 32
    /// In one object. Each name is held against those before it, so this bounds that work.
    package var members: Int = 10_000

    package init() {}
    package init(bytes: Int, depth: Int = 32, members: Int = 10_000) {
        (self.bytes, self.depth, self.members) = (bytes, min(depth, 64), members)
    }
}
