/// One thing that `segue doctor` looked at.
package struct Finding: Sendable, Hashable {
    package enum Severity: String, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// Worth knowing; nothing has to be done.
        case note
        /// It works, until it does not.
        case warning
        /// It does not work, or `segue serve` refuses to start.
        case error
        /// The other side cannot be asked now: nothing is known.
        case unreachable
    }

    package let severity: Severity
    /// Which part: `settings`, `database`, `clerk`, `mail`, `origins`, `clock`.
    package let area: String
    /// A stable word.
    package let code: String
    package let text: String
    /// What to do about it.
    package let remedy: String?

    package init(_ severity: Severity, _ area: String, _ code: String, _ text: String, remedy: String? = nil) {
        (self.severity, self.area, self.code, self.text, self.remedy) = (severity, area, code, text, remedy)
    }
}
