/// What `segue init` could not find out, and where a person finds it.
package struct Undecided: Sendable, Hashable {
    /// The key of `routes.json`, or what stands for one.
    package let key: String
    package let reason: String
    package let whereToLook: String
    /// What belongs into the file if it turns out so: JSON, ready to be pasted.
    package let entry: String?

    package init(_ key: String, _ reason: String, look whereToLook: String, entry: String? = nil) {
        (self.key, self.reason, self.whereToLook, self.entry) = (key, reason, whereToLook, entry)
    }
}
