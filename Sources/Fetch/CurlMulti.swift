import CCurl

/// libcurl's multi interface: many transfers on one thread. Everything but `wake` belongs to that thread.
@safe final class CurlMulti: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer

    /// Once per process, before any other thread can use libcurl.
    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(connectionsMax: Int) {
        precondition(Self.libraryIsReady, "libcurl cannot be initialized")
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("libcurl has no memory") }
        unsafe self.multi = multi
        unsafe segue_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionsMax)
        unsafe segue_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsMax)
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    func add(_ easy: UnsafeMutableRawPointer) { unsafe curl_multi_add_handle(multi, easy) }
    func remove(_ easy: UnsafeMutableRawPointer) { unsafe curl_multi_remove_handle(multi, easy) }

    /// Moves every transfer on as far as it goes without waiting.
    func perform() {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
    }

    /// Sleeps until a socket is ready, a transfer's timer is due, `wake` is called or the time is over.
    func wait(milliseconds: Int) {
        unsafe curl_multi_poll(multi, nil, 0, Int32(clamping: milliseconds), nil)
    }

    /// From any thread.
    func wake() { unsafe curl_multi_wakeup(multi) }

    /// The next transfer that is over.
    func nextFinished() -> (transfer: Transfer, result: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            var context: UnsafeMutableRawPointer?
            unsafe segue_curl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            return unsafe (Transfer.of(context), segue_curl_message_result(message))
        }
        return nil
    }
}
