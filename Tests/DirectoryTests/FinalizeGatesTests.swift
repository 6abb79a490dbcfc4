import Authentication
import Settings
import Telemetry
import Testing

@testable import Directory

@Suite struct FinalizeGatesTests {
    private typealias State = FinalizeFindings.RouteState
    private typealias Obstacle = FinalizeGates.Obstacle

    private func ago(_ days: Double) -> UnixTime { noon.adding(seconds: -Int64(days * 86_400)) }

    private func row(_ kind: TrafficRow.Kind, _ days: Double, route: String = "a", requests: Int = 1) -> TrafficRow {
        TrafficRow(
            route: route, kind: kind, day: TrafficRow.day(of: ago(days)), requests: requests, first: ago(days), last: ago(days))
    }

    /// Everything holds: one route in `clerk` that was watched for 30 days, and a dump of an hour ago.
    private func calm(_ change: (inout FinalizeFindings) -> Void = { _ in }) -> FinalizeFindings {
        var findings = FinalizeFindings()
        findings.routes = [State(name: "a", modes: [.clerk])]
        findings.traffic = (0..<30).map { row(.watch, Double($0)) }
        findings.backup = .init(id: 7, action: "backup", at: noon.adding(seconds: -3_600))
        findings.lastChange = .init(id: 7, action: "link", at: ago(2))
        change(&findings)
        return findings
    }

    private func missing(_ findings: FinalizeFindings, days: Int = 14) -> [Obstacle] {
        let gates = FinalizeGates(findings, quietDays: days, at: noon)
        #expect(gates.areHeld == gates.obstacles.values.allSatisfy(\.isEmpty))
        return FinalizeGates.Gate.allCases.flatMap { gates.obstacles[$0] ?? [] }
    }

    @Test func `where everything holds nothing is missing`() {
        #expect(missing(calm()).isEmpty)
        #expect(missing(calm { $0.backup = .init(id: 9, action: "backup", at: noon) }).isEmpty)
        #expect(missing(calm { $0.lastChange = nil }).isEmpty)
    }

    // MARK: Routes

    @Test(arguments: Mode.allCases) func `a route is closed in clerk, public and deny`(mode: Mode) {
        let isClosed = [.clerk, .public, .deny].contains(mode)
        #expect(missing(calm { $0.routes = [State(name: "a", modes: [mode])] }) == (isClosed ? [] : [.open(route: "a", mode)]))
        #expect(
            missing(calm { $0.routes = [State(name: "a", modes: [.clerk, mode])] })
                == (isClosed ? [] : [.open(route: "a", mode)]), "so is its canary")
        #expect(
            missing(calm { $0.routes = [State(name: "a", modes: [.clerk], live: mode)] })
                == (isClosed ? [] : [.openLive(route: "a", mode)]), "and what it was flipped to")
    }

    @Test func `a live flip does not close what the file opens`() {
        let findings = calm { $0.routes = [State(name: "a", modes: [.dual], live: .clerk)] }
        #expect(missing(findings) == [.closedOnlyLive(route: "a", file: .dual, live: .clerk)])
    }

    // MARK: Traffic

    @Test func `an old credential within the days stands in the way, and before them not`() {
        let findings = calm {
            $0.traffic += [
                row(.legacy, 15, requests: 5), row(.legacy, 13.9, requests: 2), row(.legacy, 12, requests: 3), row(.clerk, 1),
            ]
        }
        #expect(missing(findings) == [.legacyTraffic(route: "a", requests: 5, last: ago(12))])
        #expect(missing(findings, days: 12).isEmpty && missing(findings, days: 0).isEmpty)
        #expect(missing(findings, days: 13).count == 1)
    }

    @Test(arguments: [Mode.public, .deny]) func `a route that was closed lately was used all the same`(mode: Mode) {
        let findings = calm {
            $0.routes = [State(name: "b", modes: [mode])]
            $0.traffic = [row(.legacy, 1)]
        }
        #expect(missing(findings) == [.legacyTraffic(route: "a", requests: 1, last: ago(1))])
        #expect(missing(calm { $0.routes = [State(name: "b", modes: [mode])] }).isEmpty, "and need not be watched")
    }

    @Test func `a route counts from when it is watched without a gap`() {
        #expect(missing(calm { $0.traffic = [] }) == [.notWatched(route: "a")])
        #expect(missing(calm { $0.traffic = [row(.watch, 0)] }) == [.watchedSince(route: "a", ago(0))])
        #expect(
            missing(calm { $0.traffic.removeAll { $0.day == TrafficRow.day(of: ago(5)) } }) == [.watchedSince(route: "a", ago(4))])
        #expect(missing(calm { $0.traffic.removeAll { $0.day == TrafficRow.day(of: ago(15)) } }).isEmpty)
        // A process notes the day a few seconds after midnight.
        #expect(missing(calm { $0.traffic.removeFirst() }).isEmpty)
        #expect(missing(calm { $0.traffic.removeFirst(2) }) == [.notWatched(route: "a")])
        #expect(missing(calm { $0.traffic = [] }, days: 0).isEmpty)
    }

    // MARK: People, backup, ledger

    @Test func `people who are not linked and people who were never seen are two things`() {
        let (one, two) = (SomePeople(count: 1, first: [UserID("1")]), SomePeople(count: 2, first: [UserID("2"), UserID("3")]))
        let findings = calm { ($0.unlinked, $0.unseen, $0.waived) = (one, two, two) }
        #expect(missing(findings) == [.unlinked(one), .unseen(two)])
    }

    @Test func `a dump is newer than the last change, and a day old at most`() {
        #expect(missing(calm { $0.backup = nil }) == [.noBackup])
        let change = FinalizeFindings.Entry(id: 8, action: "unlink", at: noon)
        #expect(missing(calm { $0.lastChange = change }) == [.backupBefore(change)])
        let (day, longer) = (ago(1), ago(1).adding(seconds: -1))
        #expect(missing(calm { $0.backup = .init(id: 7, action: "backup", at: day) }).isEmpty)
        #expect(missing(calm { $0.backup = .init(id: 7, action: "backup", at: longer) }) == [.backupTooOld(longer)])
    }

    @Test(arguments: [LedgerVerdict.altered(id: "4", position: 4), .missing(position: 3)])
    func `a ledger that is not whole ends nothing`(verdict: LedgerVerdict) {
        #expect(missing(calm { $0.ledger = verdict }) == [.ledger(verdict)])
        #expect(missing(calm { $0.ledger = .intact(sealed: 3, pending: 9) }).isEmpty)
    }
}

@Suite struct FinalizeStepTests {
    private func table(_ change: (inout FinalizeTable) -> Void) -> FinalizeTable {
        var table = FinalizeTable()
        (table.name, table.links, table.hashColumn, table.hasHashColumn, table.hashes) = ("users", .column(name: "c"), "h", true, 3)
        change(&table)
        return table
    }

    private func states(_ change: (inout FinalizeTable) -> Void = { _ in }) -> [FinalizeStep.State] {
        FinalizeStep.allCases.map { $0.state(in: table(change)) }
    }

    @Test func `a table is brought to its end step by step`() {
        #expect(states() == [.needless(.nothingAdded), .open, .open, .blocked(.hashesLeft(3))])
        #expect(states { $0.added = ["c"] }[0] == .open)
        #expect(states { $0.isProofBegun = true }[1] == .begun)
        #expect(states { $0.isLinkRequired = true }[1] == .done)
        #expect(states { $0.hashes = 0 }.suffix(2) == [.done, .open])
        #expect(states { ($0.hashes, $0.hasHashColumn) = (0, false) }.suffix(2) == [.done, .done])
    }

    @Test func `what would break is not done`() {
        let some = SomePeople(count: 1, first: [UserID("1")])
        #expect(states { $0.rowsWithoutLink = some }[1] == .blocked(.rowsWithoutLink(some)))
        #expect(states { ($0.rowsWithoutLink, $0.isProofBegun) = (some, true) }[1] == .begun)
        #expect(states { $0.deletionUnlinks = true }[1] == .blocked(.deletionUnlinks))
    }

    @Test(arguments: [
        (FinalizeTable.Links.id, FinalizeStep.Reason.idIsClerkUser), (.mapping(table: "m"), .linksInMapping(table: "m")),
        (.ours, .linksAreOurs),
    ]) func `what makes no sense is left out, with the reason`(links: FinalizeTable.Links, reason: FinalizeStep.Reason) {
        #expect(states { $0.links = links }[1] == .needless(reason))
        #expect(
            states { ($0.hashColumn, $0.hasHashColumn) = (nil, false) }.suffix(2) == [
                .needless(.noHashColumn), .needless(.noHashColumn),
            ])
    }
}
