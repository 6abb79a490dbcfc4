import Authentication
import Sockets

/// The Clerk session that a tunnel was opened by. A request is judged anew each time; a tunnel lasts, and ends with its session.
final class TunnelSession {
    let subject: ClerkSubject
    private let strand: Strand
    private(set) var isOver = false

    init(_ subject: ClerkSubject, on strand: Strand) { (self.subject, self.strand) = (subject, strand) }

    func end() {
        isOver = true
        strand.wake()
    }
}

extension Evidence {
    /// Whose session the request passes by; `nil` where it is none of Clerk's.
    var clerkSession: ClerkSubject? {
        switch claimant {
        case .clerk(let subject), .both(let subject, _): subject
        case .nobody, .legacy, .legacyBesideExpired: nil
        }
    }
}
