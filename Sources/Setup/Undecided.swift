/// What `segue init` could not find out, and where a person finds it.
package struct Undecided: Sendable, Hashable {
    /// The key of `routes.json`, or what stands for one.
    package let key: String
    package let reason: String
    package let whereToLook: String

    package init(_ key: String, _ reason: String, look whereToLook: String) {
        (self.key, self.reason, self.whereToLook) = (key, reason, whereToLook)
    }
}
