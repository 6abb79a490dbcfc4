import Crypto

/// The names of Clerk's cookies for one instance.
package enum ClerkCookies {
    /// Tells apart the cookies of several instances on one host: the first 8 characters of the base64url of the SHA-1 of
    /// the publishable key, exactly as written (clerk/javascript: packages/shared/src/keys.ts).
    package static func suffix(publishableKey: String) -> String {
        String(Base64.encodeURL(Digest.sha1(Array(publishableKey.utf8))).prefix(8))
    }
}
