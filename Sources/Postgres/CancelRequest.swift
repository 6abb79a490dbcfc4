internal import CPostgreSQL

/// libpq made it, and may be used from any thread; freed after it is sent.
@safe final class CancelRequest: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    func send() {
        var message = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(pointer, &message, Int32(message.count))
    }

    deinit { unsafe PQfreeCancel(pointer) }
}
