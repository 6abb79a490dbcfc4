import Authentication
import Settings
import Testing

/// The table of verdicts in full. Letters: C clerk, L legacy, B both, X legacy beside an expired Clerk Bearer, N nobody,
/// M missing, I invalid, E expired, U unavailable; the second letter of a cell is for an optional route.
@Suite struct PolicyTests {
    static let standings: [Standing] = [.absent, .foreign, .expired, .forged, .unavailable, .valid]

    /// One line for each verdict of Clerk's side, one cell for each of the old side, both in the order of `standings`.
    static let dual: [(clerk: CredentialPlace, legacy: CredentialPlace, table: String)] = [
        (
            .authorization, .authorization,
            """
            MN II EE II UU LL
            II II EE II UU LL
            EE EE EE II UU XX
            II II II II II II
            UU UU UU UU UU UU
            CC CC CC CC CC BB
            """
        ),
        (
            .authorization, .cookie,
            """
            MN MN EN II UU LL
            II II EE II UU LL
            EE EE EE II UU XX
            II II II II II II
            UU UU UU UU UU UU
            CC CC CC CC CC BB
            """
        ),
        (
            .cookie, .authorization,
            """
            MN II EE II UU LL
            MN II EE II UU LL
            EN EE EE II UU LL
            II II II II II II
            UU UU UU UU UU UU
            CC CC CC CC CC BB
            """
        ),
        (
            .cookie, .cookie,
            """
            MN MN EN II UU LL
            MN MN EN II UU LL
            EN EN EN II UU LL
            II II II II II II
            UU UU UU UU UU UU
            CC CC CC CC CC BB
            """
        ),
    ]

    @Test(arguments: 0..<4) func `every pair of verdicts on a dual route decides as the table says`(index: Int) {
        let (clerk, legacy, table) = Self.dual[index]
        for (row, line) in table.split(separator: "\n").enumerated() {
            for (column, cell) in line.split(separator: " ").enumerated() {
                for (isOptional, expected) in zip([false, true], cell) {
                    let situation = situation(.dual, isOptional, (Self.standings[row], clerk), (Self.standings[column], legacy))
                    #expect(letter(situation.standpoint) == expected, "\(situation)")
                }
            }
        }
    }

    @Test(arguments: [Mode.legacy, .clerk], [CredentialPlace.authorization, .field, .query, .cookie])
    func `a mode of one side never looks at the other`(mode: Mode, place: CredentialPlace) {
        let expected = place == .cookie ? ["MN", "MN", "EN", "II", "UU"] : ["MN", "II", "EE", "II", "UU"]
        let passes = mode == .clerk ? "CC" : "LL"
        for (standing, cell) in zip(Self.standings, expected + [passes]) {
            for other in Self.standings {
                for (isOptional, expected) in zip([false, true], cell) {
                    let own = (standing, place)
                    let beside = (other, CredentialPlace.cookie)
                    let situation =
                        mode == .clerk ? situation(mode, isOptional, own, beside) : situation(mode, isOptional, beside, own)
                    #expect(letter(situation.standpoint) == expected, "\(situation)")
                }
            }
        }
    }

    @Test func `a public or observed route passes everybody and a closed one nobody`() {
        for clerk in Self.standings {
            for legacy in Self.standings {
                for mode in [Mode.public, .observe] {
                    #expect(situation(mode, false, (clerk, .authorization), (legacy, .cookie)).standpoint == .nobody)
                }
                #expect(situation(.deny, true, (clerk, .authorization), (legacy, .cookie)).standpoint == .refused(.denied))
            }
        }
    }

    @Test func `a refusal that is our fault says when to come back`() {
        let situation = Situation(
            mode: .clerk, isOptional: false, clerk: .init(.unavailable, at: .authorization, fault: .keysLimited),
            legacy: .init(.absent, at: nil), retryAfterSeconds: 7)
        #expect(situation.standpoint == .refused(.unavailable(retryAfterSeconds: 7, .keysLimited)))
    }

    private func situation(
        _ mode: Mode, _ isOptional: Bool, _ clerk: (Standing, CredentialPlace), _ legacy: (Standing, CredentialPlace)
    ) -> Situation {
        func side(_ side: (Standing, CredentialPlace)) -> Situation.Side { .init(side.0, at: side.0 == .absent ? nil : side.1) }
        return Situation(mode: mode, isOptional: isOptional, clerk: side(clerk), legacy: side(legacy), retryAfterSeconds: 1)
    }

    private func letter(_ standpoint: Standpoint) -> Character {
        switch standpoint {
        case .nobody: "N"
        case .clerk: "C"
        case .legacy: "L"
        case .both: "B"
        case .legacyBesideExpired: "X"
        case .refused(.credentialsMissing): "M"
        case .refused(.tokenInvalid): "I"
        case .refused(.tokenExpired): "E"
        case .refused(.unavailable): "U"
        case .refused(.denied), .refused(.severalAuthorizations), .refused(.crossSite): "?"
        }
    }
}
