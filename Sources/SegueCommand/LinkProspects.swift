internal import Authentication
internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Identity
internal import Migration
internal import Settings
internal import Sockets
internal import Telemetry

/// What a rule says of one person, under a premise.
struct LinkProspect: Sendable {
    let premise: String
    let verdict: String
    /// `link`, `provision`, or the code of the refusal.
    let code: String
}

/// Asks the linking rules themselves: for a Clerk user as the first request of theirs would, and for a row nobody is linked to
/// with each Clerk user that could come for it.
enum LinkProspects {
    /// It runs as a task on a loop.
    static func find(
        _ sought: SoughtPerson, _ record: PersonRecord, _ settings: Settings, _ directory: DirectorySettings,
        _ preview: DirectoryPreview, _ client: FetchClient
    ) async -> [LinkProspect] {
        var prospects: [LinkProspect] = []
        if case .clerkUser(let id) = sought, record.rows.isEmpty {
            prospects.append(await firstSight(of: id, preview, directory, settings.clerk, client))
        }
        for row in record.rows where row.clerkUser == nil {
            prospects += await comers(for: row, preview, directory, settings.legacy.contains { !$0.insecure })
        }
        return prospects
    }

    private static func firstSight(
        of id: ClerkUserID, _ preview: DirectoryPreview, _ directory: DirectorySettings, _ clerk: ClerkSettings?,
        _ client: FetchClient
    ) async -> LinkProspect {
        let premise = "their first session, without an old credential"
        guard let clerk, clerk.secretKey != nil else {
            return LinkProspect(premise: premise, verdict: "Clerk cannot be asked: there is no secret key", code: "unknown")
        }
        let linker = Linker(
            directory: preview, clerkUsers: ClerkUsersAPI(settings: clerk, client: client, report: { _ in }),
            rules: LinkRules(directory))
        let now = UnixTime(milliseconds: Clock.wallMilliseconds())
        let session = ClerkSubject(
            user: id, session: ClerkSessionID("explain"), isImpersonated: false, expires: now.adding(seconds: 60), issued: now)
        do throws(IdentityRefusal) {
            let row = try await linker.row(for: session, beside: .absent, requestID: "explain", at: now)
            switch preview.takeIntention() {
            case .link(_, _, let rule):
                return LinkProspect(premise: premise, verdict: "links them to \(row.id.text), by \(rule)", code: "link")
            case .provision: return LinkProspect(premise: premise, verdict: "makes a row for them", code: "provision")
            case .review, .session, nil:
                return LinkProspect(premise: premise, verdict: "finds them linked to \(row.id.text)", code: "linked")
            }
        } catch {
            var against = "refused, \(error.code): \(error.text)"
            if case .link(let refusal) = error { against = "refused, \(refusal.code): \(refusal.standsAgainst)" }
            if case .review(_, let candidate?, _) = preview.takeIntention() { against += "; the row would be \(candidate.text)" }
            return LinkProspect(premise: premise, verdict: against, code: "\(error.code)")
        }
    }

    /// The Clerk users that each rule is made for, with everything right on their side: what is against them is the row's.
    private static func comers(
        for row: DirectoryUser, _ preview: DirectoryPreview, _ directory: DirectorySettings, _ hasOldCredentials: Bool
    ) async -> [LinkProspect] {
        let rules = LinkRules(directory)
        var emailRows = [row]
        if let email = row.email, let rows = try? await preview.users(withEmail: email) { emailRows = rows }
        func prospect(_ premise: String, externalID: Bool = false, legacy: LinkEvidence.Legacy = .none) -> LinkProspect {
            let address = row.email.map {
                ClerkEmailAddress(address: $0, verification: .init(status: .verified, strategy: "email_code"))
            }
            var evidence = LinkEvidence(
                clerkUser: ClerkUser(
                    id: ClerkUserID("user_"), externalID: externalID ? row.id.text : nil, primaryEmail: address,
                    emailAddresses: address.map { [$0] } ?? []))
            (evidence.externalRow, evidence.emailRows, evidence.legacy) = (externalID ? row : nil, emailRows, legacy)
            switch rules.decide(evidence) {
            case .link(let rule, _): return LinkProspect(premise: premise, verdict: "linked by \(rule.rawValue)", code: "link")
            case .provision: return LinkProspect(premise: premise, verdict: "they would get a row of their own", code: "provision")
            case .refuse(let refusal, _):
                return LinkProspect(
                    premise: premise, verdict: "refused, \(refusal.code): \(refusal.standsAgainst)", code: "\(refusal.code)")
            }
        }
        var prospects = [prospect("a Clerk user whose external_id is \(row.id.text)", externalID: true)]
        if hasOldCredentials {
            prospects.append(prospect("a Clerk user with this verified address, and their old credential", legacy: .proved(row)))
        }
        prospects.append(prospect("a Clerk user with this verified address, and nothing else"))
        return prospects
    }
}

extension LinkRefusal {
    /// For an operator; the public text says less.
    fileprivate var standsAgainst: String {
        switch self {
        case .clerkUserUnknown: "Clerk has no such user"
        case .clerkUserBlocked: "banned or locked in Clerk"
        case .impersonated: "somebody impersonates them"
        case .externalIDUnknown: "their external_id names no row"
        case .noPrimaryEmail: "no primary address in Clerk"
        case .emailUnverified: "the primary address is not verified in Clerk"
        case .emailVerifiedByAdmin: "the address was declared verified by a back end, not proved"
        case .emailIsTest: "a +clerk_test address, which anybody can verify"
        case .emailNotASCII: "an address beyond ASCII"
        case .legacyEmailUnverified: "the users table does not prove who owns the address (linking.legacyEmail)"
        case .ambiguousEmail: "the address belongs to more than one row"
        case .privilegedRow: "the row has a privileged role (linking.privilegedRoles)"
        case .rowAlreadyLinked: "the row is linked to another Clerk user"
        case .clerkUserLinked: "the Clerk user has another row"
        case .rowInactive: "the row is not active"
        case .rowChanged: "the row changed meanwhile"
        case .unlinked: "an operator has taken this link away; only `segue link` makes it again"
        case .needsConfirmation: "the old credential's row has another address; its owner must confirm"
        case .notRegistered: "no row has the address, and linking.unknown is refuse"
        case .awaitingProvision: "rows are made when Clerk's webhook arrives"
        }
    }
}
