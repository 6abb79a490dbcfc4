extension Settings {
    /// Whether some route depends on the directory. A gateway that only observes may stand in front of an application whose
    /// database knows nothing of Segue yet.
    package var asksWhoIsCalling: Bool {
        routes.contains { $0.mode.identifies }
    }
}
