internal import Authentication
internal import Directory
internal import JSON
internal import Settings
internal import Telemetry

// The words for what stands in the way of the end, and for the steps.

extension FinalizeGates.Gate {
    func title(_ quietDays: Int) -> String {
        switch self {
        case .routes: "routes in clerk, public or deny"
        case .traffic: "no old credentials for \(counted(quietDays, "day"))"
        case .people: "linked and seen with a Clerk session"
        case .backup: "backup"
        case .ledger: "ledger"
        }
    }
}

extension FinalizeGates.Obstacle {
    var code: String {
        switch self {
        case .open: "route_open"
        case .openLive: "route_open_live"
        case .closedOnlyLive: "route_closed_only_live"
        case .legacyTraffic: "legacy_traffic"
        case .notWatched: "not_watched"
        case .watchedSince: "watched_too_short"
        case .unlinked: "not_linked"
        case .unseen: "not_seen"
        case .noBackup: "no_backup"
        case .backupBefore: "backup_before_change"
        case .backupTooOld: "backup_too_old"
        case .ledger: "ledger_broken"
        }
    }

    var text: String {
        switch self {
        case .open(let route, let mode): "\(route) is in \(mode.rawValue)"
        case .openLive(let route, let mode): "\(route) was flipped live to \(mode.rawValue)"
        case .closedOnlyLive(let route, let file, let live):
            "\(route) was flipped live to \(live.rawValue), and the file still says \(file.rawValue)"
        case .legacyTraffic(let route, let requests, let last):
            "\(route): \(counted(requests, "request")) by an old credential alone, the last at \(last.rfc3339)"
        case .notWatched(let route): "\(route): no gateway has noted today or yesterday that it serves this route"
        case .watchedSince(let route, let since): "\(route) is watched without a gap since \(since.rfc3339) only"
        case .unlinked(let people): "\(counted(people.count, "person", "people")) not linked: \(people.names)"
        case .unseen(let people): "\(counted(people.count, "person", "people")) linked and never seen: \(people.names)"
        case .noBackup: "no dump of this database is in the ledger"
        case .backupBefore(let change): "the dump is older than entry \(change.id) (\(change.action)) of \(change.at.rfc3339)"
        case .backupTooOld(let at): "the dump is of \(at.rfc3339): older than \(FinalizeGates.backupHours) hours"
        case .ledger(.altered(let id, let position)): "row \(id), number \(position) of the chain, is not what was sealed"
        case .ledger(.missing(let position)): "number \(position) of the chain was taken out"
        case .ledger(.unsealed(let id, let at)): "row \(id) has waited for its seal since \(at.prefix(19))Z"
        case .ledger(.intact): "it is whole"
        }
    }

    func remedy(_ quietDays: Int) -> String {
        switch self {
        case .open(let route, _): "segue flip \(route) clerk"
        case .openLive(let route, _): "segue flip \(route) clerk --live; or wait until the live flip ends"
        case .closedOnlyLive(let route, _, let live): "segue flip \(route) \(live.rawValue), so that the file says so too"
        case .legacyTraffic(_, _, let last): "wait until \(last.adding(seconds: Int64(quietDays) * 86_400).rfc3339)"
        case .notWatched: "run segue serve in front of the application"
        case .watchedSince(_, let since): "wait until \(since.adding(seconds: Int64(quietDays) * 86_400).rfc3339)"
        case .unlinked: "segue migrate; segue review; or segue finalize waive USER --reason TEXT"
        case .unseen: "ask them to sign in; or segue finalize waive USER --reason TEXT"
        case .noBackup, .backupBefore, .backupTooOld: "segue finalize backup FILE"
        case .ledger: "segue ledger verify; restore what was there, or find out who changed it"
        }
    }

    func write(to writer: inout JSONWriter, _ quietDays: Int) {
        writer.beginObject()
        writer.member("code", code)
        writer.member("text", text)
        writer.member("next", remedy(quietDays))
        switch self {
        case .open(let route, _), .openLive(let route, _), .closedOnlyLive(let route, _, _), .notWatched(let route):
            writer.member("route", route)
        case .legacyTraffic(let route, let requests, let last):
            writer.member("route", route)
            writer.member("requests", Int64(requests))
            writer.member("last", last.rfc3339)
        case .watchedSince(let route, let since):
            writer.member("route", route)
            writer.member("since", since.rfc3339)
        case .unlinked(let people), .unseen(let people):
            writer.member("count", Int64(people.count))
            writer.key("first")
            writer.beginArray()
            for person in people.first { writer.string(person.text) }
            writer.endArray()
        case .noBackup, .backupBefore, .backupTooOld, .ledger: break
        }
        writer.endObject()
    }
}

extension FinalizeStep.State {
    var code: String {
        switch self {
        case .open: "open"
        case .begun: "begun"
        case .done: "done"
        case .needless: "needless"
        case .blocked: "blocked"
        }
    }

    func text(in table: FinalizeTable) -> String {
        switch self {
        case .open: "to be done"
        case .begun:
            "begun, and not ended: who inserts a row without a Clerk user fails already; apply it again, which ends it or takes it back"
        case .done: "done"
        case .needless(.nothingAdded): "needless: no column and no unique index is Segue's to take back"
        case .needless(.idIsClerkUser): "needless: the id of a row is the Clerk user id, and cannot be NULL"
        case .needless(.linksInMapping(let mapping)): "needless: the links are rows of \(mapping), and no column of \(table.name)"
        case .needless(.linksAreOurs): "needless: the links are in segue.links alone, and no column of \(table.name)"
        case .needless(.noHashColumn): "needless: directory.users.passwordHash names no column"
        case .blocked(.rowsWithoutLink(let people)):
            "blocked: \(counted(people.count, "row")) without a Clerk user, inactive and waived people included: \(people.names); link or delete them, or leave this step out"
        case .blocked(.deletionUnlinks):
            "blocked: linking.afterDelete is unlink, which sets the column to NULL; set it to deactivate or remove"
        case .blocked(.hashesLeft(let count)):
            "blocked: \(counted(count, "row")) with a digest; segue finalize apply null-hashes"
        }
    }
}
