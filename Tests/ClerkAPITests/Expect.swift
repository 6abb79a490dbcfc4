import Testing

/// `#expect(actual == expected)` for a call that changes its receiver, which the macro cannot repeat.
func expect<Value: Equatable>(_ actual: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(actual == expected, sourceLocation: sourceLocation)
}
