import CCurl
import HTTP
import Telemetry

/// One request on its way through libcurl: it owns the easy handle and all that libcurl only points at. It belongs to
/// the engine's thread.
@safe final class Transfer {
    let easy: UnsafeMutableRawPointer
    /// Field lines, or the recipient of mail.
    private(set) var fieldList: UnsafeMutablePointer<curl_slist>?
    private let message: UnsafeMutablePointer<CChar>
    let content: UnsafeMutableBufferPointer<UInt8>
    /// How much of the content of mail libcurl has taken.
    var sentBytes = 0
    private let outbound: Outbound
    private let completion: FetchCompletion
    private var received = Received()

    private struct Received {
        var fields: [(name: String, value: String)] = []
        var headerBytes = 0
        var content: [UInt8] = []
        var isTooLarge = false
    }

    init(_ outbound: Outbound, timeoutMilliseconds: Int, completion: @escaping FetchCompletion) throws(FetchError) {
        guard let easy = unsafe curl_easy_init() else { throw .broken("libcurl has no memory") }
        unsafe self.easy = easy
        (self.outbound, self.completion) = (outbound, completion)
        unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe content = .allocate(capacity: outbound.content.count)
        _ = unsafe content.initialize(from: outbound.content)
        configure(timeoutMilliseconds: timeoutMilliseconds)
        switch outbound {
        case .request(let request): try configure(request)
        case .mail(let mail): try configure(mail)
        case .visit(let server): try configureVisit(server)
        }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(fieldList)
        unsafe message.deallocate()
        unsafe content.deallocate()
    }

    func join(_ multi: CurlMulti) { unsafe multi.add(easy) }
    func leave(_ multi: CurlMulti) { unsafe multi.remove(easy) }

    /// Tells the caller how it ended. `nil`: the engine stops.
    func finish(_ result: CURLcode?) {
        completion(outcome(of: result))
    }

    private func outcome(of result: CURLcode?) -> Result<FetchResponse, FetchError> {
        var code = 0
        unsafe segue_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &code)
        guard let result else { return .failure(hasMail(at: code) ? .mailUnconfirmed("stopped") : .stopped) }
        guard !received.isTooLarge else { return .failure(.tooLarge(bytesMax: outbound.responseBytesMax)) }
        guard result == CURLE_OK else {
            let detail = unsafe String(cString: message)
            let text = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
            if outbound.mailServer != nil, (400..<600).contains(code), result != CURLE_OPERATION_TIMEDOUT {
                return .failure(FetchError(result, mailAnsweredBy: code, message: text))
            }
            // What could not be sent has no end, and a server takes no message without one.
            if hasMail(at: code), result != CURLE_SEND_ERROR { return .failure(.mailUnconfirmed(text)) }
            return .failure(FetchError(result, message: text, for: outbound))
        }
        guard (200..<600).contains(code) else { return .failure(.broken("status \(code)")) }
        return .success(FetchResponse(status: Status(UInt16(code)), fields: received.fields, content: received.content))
    }
}

// MARK: - Settings of the handle

extension Transfer {
    /// What every transfer keeps to.
    private func configure(timeoutMilliseconds: Int) {
        unsafe segue_curl_set_pointer(easy, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
        unsafe segue_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, max(1, timeoutMilliseconds))
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, timeoutMilliseconds))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // The proxy of the environment is for what is outside: on this machine it would lead to another one.
        if outbound.isForThisMachine { unsafe segue_curl_set_text(easy, CURLOPT_PROXY, "") }
    }

    private func configure(_ request: FetchRequest) throws(FetchError) {
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        unsafe segue_curl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, request.responseBytesMax)
        let scheme = request.url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else { throw .invalidURL("not http or https") }
        guard unsafe segue_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK,
            unsafe segue_curl_set_text(easy, CURLOPT_URL, request.url) == CURLE_OK
        else { throw .invalidURL("libcurl refuses it") }
        try setFields(of: request)
        setMethodAndContent(of: request)
        setReceivers()
    }

    private func setMethodAndContent(of request: FetchRequest) {
        if !request.content.isEmpty || [.post, .put, .patch].contains(request.method) {
            unsafe segue_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, content.count)
            unsafe segue_curl_set_pointer(easy, CURLOPT_POSTFIELDS, content.baseAddress)
        }
        // On a connection that is reused and breaks without an answer, libcurl sends the request again by itself: a user would be
        // made twice. On a fresh one it does not.
        if !request.method.isSafe { set(CURLOPT_FRESH_CONNECT, 1) }
        if request.method == .head { set(CURLOPT_NOBODY, 1) }
        unsafe segue_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.name)
    }

    private func setFields(of request: FetchRequest) throws(FetchError) {
        // Without an empty `Expect` and `Content-Type` libcurl would wait for 100 (Continue), and call every content a form.
        let given = Set(request.fields.map { $0.name.lowercased() })
        var lines = [Array("Expect:".utf8)]
        if !given.contains("user-agent") { lines.append(Array("User-Agent: segue".utf8)) }
        if !given.contains("content-type") { lines.append(Array("Content-Type:".utf8)) }
        for field in request.fields { lines.append(try field.line()) }
        for line in lines { appendToList(line) }
        unsafe segue_curl_set_list(easy, CURLOPT_HTTPHEADER, fieldList)
    }

    func appendToList(_ text: String) { appendToList(Array(text.utf8)) }

    private func appendToList(_ line: [UInt8]) {
        let terminated = line.map { CChar(bitPattern: $0) } + [0]
        unsafe fieldList = curl_slist_append(fieldList, terminated)
    }

    func setReceivers() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe segue_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        unsafe segue_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        unsafe segue_curl_set_receiver(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            unsafe Transfer.of(context).contentReceived(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe segue_curl_set_receiver(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            unsafe Transfer.of(context).headerReceived(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    func set(_ option: CURLoption, _ value: Int) { unsafe segue_curl_set_long(easy, option, value) }

    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context = unsafe context else { preconditionFailure("libcurl lost the transfer") }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }
}

// MARK: - What arrives

extension Transfer {
    /// Returns how many bytes were taken; another number than came ends the transfer.
    private func contentReceived(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard received.content.count + bytes.count <= outbound.responseBytesMax else {
            received.isTooLarge = true
            return 0
        }
        unsafe received.content.append(contentsOf: bytes)
        return bytes.count
    }

    /// One field line, a status line, or the empty line. A status line begins the section anew: 1xx responses come first.
    private func headerReceived(_ bytes: UnsafeRawBufferPointer) -> Int {
        received.headerBytes += bytes.count
        guard received.headerBytes <= Limits.headerBytes else {
            received.isTooLarge = true
            return 0
        }
        // The lines of a mail server are all that there is of its answer.
        if case .visit = outbound { return unsafe contentReceived(bytes) }
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            received.fields = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
            received.fields.append((String(line[..<colon]), String(value[..<end])))
        }
        return bytes.count
    }
}

extension FetchRequest.Field {
    /// `name: value`, or `name;` for an empty value: libcurl's spelling.
    fileprivate func line() throws(FetchError) -> [UInt8] {
        let value = value.expose()
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
        // RFC 9110 §5.5: a value with CR, LF or NUL could smuggle a second field.
        guard isToken, !value.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
            throw .invalidField(name: isToken ? name : "?")
        }
        return Array(name.utf8) + (value.isEmpty ? [UInt8(ascii: ";")] : Array(": ".utf8) + value)
    }
}
