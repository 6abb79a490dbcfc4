/// Every limit of the directory, with its reason.
enum Limits {
    /// Questions that wait for a connection. At 0.2 ms each on four connections that is 50 ms of work: a longer queue
    /// would be answered after its askers have left.
    static let queueMax = 1_024
    /// What a look-up may take on the server. An indexed look-up takes less than a millisecond; 2 s is a sick server.
    static let statementMilliseconds = 2_000
    /// What an asker waits for a look-up, its turn in the queue included: the statement's limit and a little.
    static let lookUpMilliseconds = 2_500
    /// What an asker waits for a link: some eight statements, and perhaps the turn of another request on the same row.
    static let linkMilliseconds = 5_000
    /// To open a connection, TLS and authentication included.
    static let connectMilliseconds = 3_000
    /// Between two attempts to connect: doubling from the first, never above the second.
    static let backOffMilliseconds = 100...5_000
    /// Connections for links and provisioning. Two, so that one which waits for a row does not hold up every other.
    static let writers = 2
    /// Connections for the queries that `legacy` entries name, which may be slow and must not starve look-ups.
    static let legacyReaders = 2
    /// How often a transaction runs again after a deadlock, a serialization failure or a race for a unique value. Each
    /// such failure means that another transaction went through.
    static let transactionAttempts = 5
    /// Silence after which the LISTEN connection is asked whether it still lives.
    static let listenSilenceMilliseconds = 10_000
    /// How long a message of Clerk's is remembered, so that the same one does nothing: Svix sends again for 28 hours, a person
    /// from its dashboard for weeks. Later it is known by the user's state whether it is out of date.
    static let messageDays = 30
    /// How long a revoked session is refused by name: as long as its last token may live (60 s), the leeway of clocks (5 s), and a
    /// little.
    static let revocationSeconds: Int64 = 70
    /// How often the ledger's thread looks for messages and revocations that are over: of its turns, one in an hour.
    static let pruneTurns = 7_200
    /// How soon after a change the ledger is sealed.
    static let sealMilliseconds = 500
    /// For how long a row may wait for its seal before that is a fault: a sealer that is busy or has just died needs seconds.
    static let sealPatienceMilliseconds: Int64 = 60_000
    /// How often the ledger is read for what other processes have changed, where nothing announces it.
    static let followMilliseconds = 500
    /// Where PostgreSQL announces it: two statements that read next to nothing, so that a lost announcement costs a second.
    static let followBesideListeningMilliseconds = 1_000
    /// The latest rows of the ledger among which one may still turn up: those of transactions that were under way at once.
    static let ledgerOverlap = 64
    /// How often a set that ends looks whether its last connection is closed.
    static let closingMilliseconds = 50
    /// Ledger rows sealed or verified at a time.
    static let ledgerPage = 500
    /// Entries of the ledger that are undone at a time: they are planned in memory, at some hundred bytes each.
    static let undoEntries = 200_000
    /// Days of which `segue status` tells.
    static let progressDays: Int64 = 30
    /// How long it is known by which credentials a route was used on a day: longer than anybody waits before the old login ends.
    static let trafficDays: Int64 = 400
    /// How long a session that was exchanged for a ticket is known: longer than old sessions live.
    static let upgradeDays: Int64 = 400
    /// PostgreSQL refuses a notification of 8,000 bytes; an id that long is announced as "everything".
    static let notificationBytes = 7_900
    /// People without a way back who are named; the rest are counted.
    static let strandedNamed = 20
    /// For `segue schema`: an index built concurrently waits for every older transaction.
    static let schemaMilliseconds = 3_600_000
    /// What an added column waits for its table. Every other statement on the table waits behind it meanwhile.
    static let tableLockMilliseconds = 3_000
    /// For `segue doctor`: it reads a table whole where no index helps, while nobody waits but its caller.
    static let inspectionMilliseconds = 60_000
    /// People who stand in the way of the end and are named; the rest are counted.
    static let finalizeNamed = 10
    /// What a step of the end waits for its table before it gives way: everybody else waits behind it meanwhile.
    static let finalizeLockMilliseconds = 1_000
    /// How long a step may be silent in a transaction that holds the table: its statements follow each other at once.
    static let finalizeSilenceMilliseconds = 5_000
    /// How long a step that gives up waits to take back the constraint that it has made.
    static let finalizeRetreatMilliseconds: Int64 = 10_000
    /// How long a dump waits for transactions that have written to the ledger and stay open.
    static let backupSettleMilliseconds: Int64 = 30_000
    /// How long it stays away after that, at most, before it tries again.
    static let finalizePauseMilliseconds = 2_000
    /// Rows of the users table that a rehearsal of a migration holds at a time.
    static let migrationPage = 1_000
    /// What a column for Clerk's user ids must hold: `user_` and 27 characters, and a little.
    static let clerkUserIDCharacters = 36
    /// Tables that `segue init` looks at: a database with more has other questions.
    static let surveyTables = 500
    /// Rows of a table among which `segue init` looks for values; a larger table is sampled.
    static let surveyRows = 10_000
    /// Different values of a column that `segue init` is told: roles are few, and ids are alike.
    static let surveyValues = 20
    /// Rows of each table that `segue explain --user` shows: the latest.
    static let recordedRows = 50
    /// After so long without a word a process that migrates counts as dead, and others go on where it was. Longer than any call
    /// of Clerk's, so that what it has sent has arrived.
    static let migratorSilenceMilliseconds = 15_000
    /// After so long a process that died without a word is forgotten. One that sleeps for as long is taken for dead since long.
    static let migratorMemoryMilliseconds = 86_400_000
    /// How often it says that it lives.
    static let migratorSignMilliseconds = 3_000
    /// Mail of which nothing was noted for so long was not sent: no server is waited for as long.
    static let mailSeconds: Int64 = 120
    /// How long after its use a welcome is not sent again to somebody who has not been seen: longer than a ticket may live, so that there
    /// is one way in at a time.
    static let welcomeRestSeconds: Int64 = 7_200
    /// The calls that are reserved at a time: those of so long.
    static let turnsMilliseconds = 250
    /// How late a reserved call may be made. Together with those that were in time, late ones could exceed Clerk's limit.
    static let turnSlackMilliseconds = 250
}
