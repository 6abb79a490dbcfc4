extension [UInt8] {
    /// The bytes of a span in an array of their own, as one move of memory and not byte by byte.
    package init(copying bytes: Span<UInt8>) { self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
}
