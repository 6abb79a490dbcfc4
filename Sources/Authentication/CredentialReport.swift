package import HTTP
package import Telemetry

/// What each side makes of one credential by itself, for `segue explain`. The gateway's own verifiers say it; a side's verdict
/// on a whole request is weighed from these.
package struct CredentialReport: Sendable {
    /// Where it stands, in words.
    package let place: String
    /// The credential itself, in the bytes of the head.
    package let value: Range<Int>
    /// `nil` where Clerk's sessions are not looked for in this place.
    package let clerk: Opinion?
    /// `nil` where no `legacy` entry reads this place.
    package let legacy: Opinion?

    package struct Opinion: Sendable, Hashable {
        package let standing: Standing
        package let fault: TokenFault?
        /// The Clerk user, or the internal user id.
        package let subject: String?
        /// Index into `Settings.legacy`, where an entry took it.
        package let entry: Int?
    }
}

extension Authenticator {
    /// Every credential that the settings look for, in the order in which it was found. Whoever must be asked is asked.
    package func report(on head: RequestHead, for requirement: Requirement, at now: UnixTime) async -> [CredentialReport] {
        let found = verifiers.plan.find(in: head, for: requirement)
        verifiers.adoptKeys()
        let answers = Answers()
        var reports: [CredentialReport] = []
        for index in 0..<found.count {
            while true {
                let question: Question
                do throws(Question) {
                    reports.append(try report(on: index, found, head, answers, at: now))
                    break
                } catch { question = error }
                await ask(question, head, found, answers)
            }
        }
        return reports
    }

    private func report(
        on index: Int, _ found: FoundCredentials, _ head: RequestHead, _ answers: Answers, at now: UnixTime
    ) throws(Question) -> CredentialReport {
        let credential = found[index]
        let token = CredentialPass.bytes(of: credential, in: head)
        var (clerk, legacy): (CredentialReport.Opinion?, CredentialReport.Opinion?)
        if credential.clerkRank != nil {
            let (verdict, fault) = try verifiers.judgeClerk(token.span, answers, at: now)
            let subject: ClerkSubject? =
                switch verdict {
                case .valid(let subject), .expired(.some(let subject)): subject
                case .absent, .foreign, .expired(nil), .forged, .unavailable: nil
                }
            clerk = .init(standing: verdict.standing, fault: fault, subject: subject?.user.text, entry: nil)
        }
        if credential.isLegacy {
            let (verdict, fault) = try verifiers.judgeLegacy(
                token.span, credential: index, source: Int(credential.source), answers, at: now)
            let subject: LegacySubject? =
                switch verdict {
                case .valid(let subject), .expired(.some(let subject)): subject
                case .absent, .foreign, .expired(nil), .forged, .unavailable: nil
                }
            legacy = .init(standing: verdict.standing, fault: fault, subject: subject?.user.text, entry: subject?.entry)
        }
        return CredentialReport(
            place: verifiers.plan.description(of: credential), value: credential.value, clerk: clerk, legacy: legacy)
    }
}
