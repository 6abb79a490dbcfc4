internal import Authentication
internal import Gateway
internal import Sockets
internal import Telemetry

/// What `answer: "migrationStatus"` tells: counted on the control loop, once for everybody who waits, and kept for a while.
final class StatusAnswers: StatusSource, @unchecked Sendable {
    private typealias Answer = Result<[UInt8], Unavailable>

    private let control: Loop
    // Touched on the control loop only.
    private var kept: (answer: Answer, until: Deadline)?
    private var waiting: [ReplyPort<Answer>] = []
    private let count: @Sendable () async throws(Unavailable) -> [UInt8]

    /// How old what is told may be.
    private static let keptMilliseconds = 10_000
    /// How long a failure is not asked about again.
    private static let failedMilliseconds = 1_000
    private static let waitMilliseconds = 10_000
    private static let waitingMax = 256

    init(on control: Loop, _ count: @escaping @Sendable () async throws(Unavailable) -> [UInt8]) {
        (self.control, self.count) = (control, count)
    }

    func status() async throws(Unavailable) -> [UInt8] {
        let reply: Answer? = await ask(timeoutMilliseconds: Self.waitMilliseconds) { port in
            control.post { [self] in answer(port) }
        }
        guard let reply else { throw .timedOut }
        return try reply.get()
    }

    private func answer(_ port: ReplyPort<Answer>) {
        if let kept, Deadline(milliseconds: control.now) < kept.until { return port(kept.answer) }
        guard waiting.count < Self.waitingMax else { return port(.failure(.overloaded)) }
        waiting.append(port)
        guard waiting.count == 1 else { return }
        let answers = self
        control.spawn { await answers.settle() }
    }

    private func settle() async {
        let answer: Answer
        do throws(Unavailable) { answer = .success(try await count()) } catch { answer = .failure(error) }
        let life = if case .success = answer { Self.keptMilliseconds } else { Self.failedMilliseconds }
        kept = (answer, control.deadline(in: life))
        let ports = waiting
        waiting = []
        for port in ports { port(answer) }
    }
}
