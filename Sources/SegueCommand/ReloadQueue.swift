/// What asks for the settings to be loaded again, merged: editors write a file in several steps, and loading may wait
/// for names. One task loads at a time; what is asked for meanwhile is done when it is through.
struct ReloadQueue {
    /// `nil`: nothing is due. `true`: also where the text is the same as before (SIGHUP).
    private var due: Bool?
    private var isRunning = false

    /// Asks for a load; `true` when nobody is at it, and the caller must begin.
    mutating func add(force: Bool) -> Bool {
        due = due ?? false || force
        defer { isRunning = true }
        return !isRunning
    }

    /// Takes what is due, with its force; `nil` ends the work.
    mutating func next() -> Bool? {
        defer { due = nil }
        isRunning = due != nil
        return due
    }
}
