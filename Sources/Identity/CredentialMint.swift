package import Authentication
package import Crypto
internal import JOSE
package import Settings
package import Telemetry

/// Makes an old credential (`routes[].mint`) for callers who are linked and came with Clerk's, so that the origin behind a
/// route needs no change. One per worker for all routes that mint alike; it outlives changes of other settings. A credential is
/// kept for its Clerk session and used again until it is nearly over; it is never good for longer than Segue itself takes the
/// Clerk token that it was made for.
package final class CredentialMint {
    private struct Kept {
        let user: UserID
        let until: UnixTime
        let credential: MintedCredential
    }

    /// A session may come to be another row's while a credential is made for it.
    private struct Wanted: Hashable {
        let session: ClerkSessionID
        let user: UserID
    }

    private typealias Landing = Result<MintedCredential, IdentityRefusal>

    package let mint: Mint
    private let signer: CompactSigner?
    private let rows: (any SessionRows)?
    private let random: () -> UInt64
    private var kept = GenerationalCache<ClerkSessionID, Kept>(entriesMax: IdentityLimits.minted)
    /// Requests that wait for the row that another request of the same session and user is having made.
    private var waiting: [Wanted: [CheckedContinuation<Landing, Never>]] = [:]

    /// - Parameters:
    ///   - rows: `nil` where there is no database.
    ///   - random: of the kind that keys are made of.
    package init(
        _ mint: Mint, rows: (any SessionRows)?, random: @escaping () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) throws(CryptoError) {
        (self.mint, self.rows, self.random) = (mint, rows, random)
        if case .jwt(let secret, let keyID) = mint.kind { signer = try CompactSigner(secret, keyID: keyID) } else { signer = nil }
    }

    /// The credential for a request; `nil` where it did not come with Clerk's, so that its own old one goes on.
    package func credential(
        for caller: Caller, _ evidence: Evidence, at now: UnixTime
    ) async throws(IdentityRefusal) -> MintedCredential? {
        guard let session = evidence.clerkSession, caller.method == .clerk, caller.isMigrated else { return nil }
        let until = session.expires.adding(seconds: AuthenticationLimits.leewaySeconds)
        let known = kept.value(for: session.session).flatMap { $0.user == caller.user ? $0 : nil }
        if let known, known.until >= until || known.until > now.adding(seconds: IdentityLimits.mintedMarginSeconds) {
            return known.credential
        }
        let credential: MintedCredential
        switch mint.kind {
        case .jwt, .base64: credential = try token(for: caller, from: now, to: until)
        case .session(let insert, let extend):
            let wanted = Wanted(session: session.session, user: caller.user)
            if waiting[wanted] != nil {
                return try await withCheckedContinuation { waiting[wanted, default: []].append($0) }.get()
            }
            waiting[wanted] = []
            let landing = await row(for: caller, known, (insert, extend), until)
            for waiter in waiting.removeValue(forKey: wanted) ?? [] { waiter.resume(returning: landing) }
            credential = try landing.get()
        }
        kept.insert(Kept(user: caller.user, until: until, credential: credential), for: session.session)
        return credential
    }

    /// Every session gets a new credential.
    package func forget() { kept.removeAll() }

    // MARK: Tokens

    private func token(for caller: Caller, from now: UnixTime, to until: UnixTime) throws(IdentityRefusal) -> MintedCredential {
        let claims = MintedClaims(caller: caller, issued: now, expires: until, tokenID: Hexadecimal.encode(randomBytes(16)))
        // The rows of a directory are of one kind: an id that is no number is a setting that does not fit them.
        guard let json = try? claims.json(mint.claims, dated: signer != nil) else { throw .userUnusable }
        guard let signer else { return MintedCredential(Secret(Base64.encode(json)), at: mint.place) }
        do throws(CryptoError) { return MintedCredential(try signer.sign(json), at: mint.place) } catch {
            throw CredentialMint.unavailable
        }
    }

    // MARK: Rows

    private func row(
        for caller: Caller, _ known: Kept?, _ statements: (insert: String, extend: String?), _ until: UnixTime
    ) async -> Landing {
        guard let rows else { return .failure(CredentialMint.unavailable) }
        do throws(Unavailable) {
            if let known, let extend = statements.extend,
                try await rows.extend(extend, token: known.credential.text, until: until)
            {
                return .success(known.credential)
            }
            let token = Secret(Base64.encodeURL(randomBytes(32)))
            try await rows.add(statements.insert, token: token, user: caller.user, until: until)
            return .success(MintedCredential(token, at: mint.place))
        } catch {
            return .failure(CredentialMint.unavailable)
        }
    }

    private static let unavailable = IdentityRefusal.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)

    private func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count / 8).flatMap { _ -> [UInt8] in
            let word = random()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }
}

extension Evidence {
    /// The Clerk session that the request passes by.
    fileprivate var clerkSession: ClerkSubject? {
        switch claimant {
        case .clerk(let subject), .both(let subject, _): subject
        case .nobody, .legacy, .legacyBesideExpired: nil
        }
    }
}
