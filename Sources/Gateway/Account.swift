import Authentication
import HTTP
import Identity
import Settings
import Telemetry

/// What is to be said about one request when it is over: filled in along the journey, written as one line of the access
/// log and counted once.
struct Account {
    var requestID: [UInt8] = []
    var startedNanoseconds: Int64 = 0
    /// When the request's head had been read and when the response head of the origin came.
    var startedAtMilliseconds: Int64 = 0
    var answeredAtMilliseconds: Int64 = 0
    var route: Int?
    var mode: Mode?
    var status = Status.ok
    var refusal: Refusal?
    var caller: Caller?
    var evidence: Evidence?
    /// Whether two people's credentials came and Clerk's was used.
    var isConflict = false
    /// Cookies that the client is told to forget.
    var expiredCookies: [String] = []
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var isTruncated = false
}
