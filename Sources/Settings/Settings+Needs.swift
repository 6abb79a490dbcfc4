extension Settings {
    /// Whether some route depends on the directory. A gateway that only observes may stand in front of an application whose
    /// database knows nothing of Segue yet.
    package var asksWhoIsCalling: Bool {
        routes.contains { $0.mode.identifies }
    }

    /// Whether a Clerk session is good on some route. Where none is, nobody is linked.
    package var isLinkingOpen: Bool { routes.contains { $0.mode == .dual || $0.mode == .clerk } }
}
