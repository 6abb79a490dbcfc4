package import Authentication
package import Identity
package import Settings
import Snapshot
package import Sockets
package import Telemetry

/// The one thread of a process that owns the connections to the database. Workers ask it and park; it answers within a
/// deadline, refuses at once what it cannot answer while the database is away, and finds the way back by itself.
package final class DirectoryThread: Sendable {
    private let loop: Loop
    private let status: DirectoryStatus
    let readers: Lanes
    let writers: Lanes
    private let legacyReaders: Lanes
    private let listener: ChangeListener?
    private let subscribers: Guarded<[@Sendable (DirectoryChange) -> Void]>
    private let work: DirectoryWork

    package init(_ settings: DirectorySettings) throws(SystemError) {
        let loop = try Loop(name: "directory")
        let subscribers = Guarded<[@Sendable (DirectoryChange) -> Void]>([])
        self.loop = loop
        self.subscribers = subscribers
        work = DirectoryWork()
        switch settings.location {
        case .postgres(let url):
            let status = DirectoryStatus([.lookUps, .links], isListening: false)
            self.status = status
            func lanes(_ kind: LaneKind, _ count: Int) -> Lanes {
                Lanes(kind, count, through: SessionEntrance(settings: settings, kind: kind), on: loop, status)
            }
            readers = lanes(.lookUps, max(1, settings.connections))
            writers = lanes(.links, Limits.writers)
            legacyReaders = lanes(.legacy, Limits.legacyReaders)
            listener = ChangeListener(settings.directURL ?? url, status) { change in Self.tell(subscribers, change) }
        case .sqlite:
            let status = DirectoryStatus([.lookUps], isListening: nil)
            self.status = status
            readers = Lanes(.lookUps, 1, through: SessionEntrance(settings: settings, kind: .lookUps), on: loop, status)
            (writers, legacyReaders, listener) = (readers, readers, nil)
        }
    }

    package func start() {
        loop.start()
        loop.post { [readers, writers] in
            readers.start()
            writers.start()
        }
        // No capture lists here: with one, Swift 6.3 takes the closure off the loop's isolation.
        let (work, readers, writers, loop, subscribers) = (work, readers, writers, loop, subscribers)
        if let listener { loop.spawn { await listener.run() } }
        let milliseconds = listener == nil ? Limits.followMilliseconds : Limits.followBesideListeningMilliseconds
        loop.spawn { await work.follow(through: readers, on: loop, every: milliseconds) { Self.tell(subscribers, $0) } }
        loop.spawn { await work.seal(through: writers, on: loop) }
    }

    /// The database has by now what was missing in it: nobody waits for the next attempt to connect.
    package func tryAgain() {
        loop.post { [readers, writers, legacyReaders] in
            for lanes in [readers, writers, legacyReaders] { lanes.tryAgain() }
        }
    }

    /// Another takes its place: it closes what is idle at once and what is busy when that is done, and still answers
    /// requests that began before.
    package func retire() {
        loop.post { [readers, writers, legacyReaders, listener, work] in
            for lanes in [readers, writers, legacyReaders] { lanes.retire() }
            listener?.close()
            work.isClosing = true
        }
    }

    /// Refuses what waits and closes the connections, a busy one when it is done. The process need not wait for it.
    package func stop() {
        loop.post { [readers, writers, legacyReaders, listener, work, loop, status] in
            for lanes in [readers, writers, legacyReaders] { lanes.close() }
            listener?.close()
            work.isClosing = true
            loop.spawn {
                // A loop that has stopped wakes nobody who could close a connection.
                while status.connections > 0 { await sleep(milliseconds: Limits.closingMilliseconds) }
                loop.stop()
            }
        }
    }

    /// Connections to the database that are open or being opened.
    package var connections: Int { status.connections }

    package var health: DirectoryHealth { status.health }

    /// Calls `tell`, on the directory's thread, for every change that this process or any other made through Segue,
    /// and with `.everything` whenever some may have been missed.
    package func onChange(_ tell: @escaping @Sendable (DirectoryChange) -> Void) {
        subscribers.withLock { $0.append(tell) }
    }

    func tell(_ change: DirectoryChange) { Self.tell(subscribers, change) }

    private static func tell(_ subscribers: Guarded<[@Sendable (DirectoryChange) -> Void]>, _ change: DirectoryChange) {
        for tell in subscribers.withLock({ $0 }) { tell(change) }
    }

    // MARK: Asking

    func ask<Answer: Sendable>(
        _ lanes: Lanes, within milliseconds: Int = Limits.lookUpMilliseconds,
        _ body: @escaping @Sendable (Session) async throws(DirectoryError) -> Answer
    ) async throws(Unavailable) -> Answer {
        let loop = self.loop
        let reply: Result<Answer, Unavailable>? = await Sockets.ask(timeoutMilliseconds: milliseconds) { port in
            loop.post {
                lanes.submit(
                    Question(
                        deadline: loop.deadline(in: milliseconds),
                        ask: { session throws(DirectoryError) in port(.success(try await body(session))) },
                        refuse: { reason in port(.failure(reason)) }))
            }
        }
        guard let reply else { throw .timedOut }
        return try reply.get()
    }

    /// The ledger has a new row.
    func noteUnsealed() { loop.post { [work] in work.isLedgerUnsealed = true } }

    /// A link or a new row: this process hears of it here, whatever the LISTEN connection is doing.
    func change(
        _ clerkUser: ClerkUserID, _ body: @escaping @Sendable (Session) async throws(DirectoryError) -> LinkOutcome
    ) async throws(Unavailable) -> LinkOutcome {
        let (work, subscribers) = (work, subscribers)
        return try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            let outcome = try await body(session)
            if case .linked(let user) = outcome {
                work.isLedgerUnsealed = true
                Self.tell(subscribers, .user(user.id))
                Self.tell(subscribers, .clerkUser(clerkUser))
            }
            return outcome
        }
    }

    /// The first value of a query of the application's, for a token.
    func firstValue(_ query: String, _ token: Secret) async throws(Unavailable) -> String? {
        try await ask(legacyReaders) { session throws(DirectoryError) in try await session.firstValue(query, token) }
    }

    /// A statement of a route's `mint`; whether it returned a row.
    func write(_ statement: String, _ token: Secret, _ user: UserID?, until: UnixTime) async throws(Unavailable) -> Bool {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.write(statement, token, user, until: until)
        }
    }

    /// `nil`: a value does not fit the type that it is compared with.
    func hasRow(_ query: String, _ values: [String?]) async throws(Unavailable) -> Bool? {
        try await ask(legacyReaders) { session throws(DirectoryError) in try await session.hasRow(query, values) }
    }
}

extension DirectoryThread: UserDirectory {
    package func user(_ id: UserID) async throws(Unavailable) -> DirectoryUser? {
        try await ask(readers) { session throws(DirectoryError) in try await session.user(id) }
    }

    package func user(linkedTo clerkUser: ClerkUserID) async throws(Unavailable) -> DirectoryUser? {
        try await ask(readers) { session throws(DirectoryError) in try await session.user(linkedTo: clerkUser) }
    }

    package func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser] {
        try await ask(readers) { session throws(DirectoryError) in try await session.users(withEmail: email) }
    }

    package func link(_ link: NewLink) async throws(Unavailable) -> LinkOutcome {
        try await change(link.clerkUser) { session throws(DirectoryError) in try await session.link(link) }
    }

    package func provision(_ user: NewUser) async throws(Unavailable) -> LinkOutcome {
        try await change(user.clerkUser) { session throws(DirectoryError) in try await session.provision(user) }
    }

    package func recordFirstSession(of user: UserID, clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) {
        try await ask(writers) { session throws(DirectoryError) in
            try await session.recordFirstSession(of: user, clerkUser: clerkUser, at: time)
        }
    }

    package func recordReview(clerkUser: ClerkUserID, candidate: UserID?, code: String, at time: UnixTime) async throws(Unavailable)
    {
        try await ask(writers) { session throws(DirectoryError) in
            try await session.recordReview(clerkUser: clerkUser, candidate: candidate, code: code, at: time)
        }
    }

    package func ledgerCreated(_ clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await ask(readers) { session throws(DirectoryError) in try await session.ledgerCreated(clerkUser) }
    }
}
