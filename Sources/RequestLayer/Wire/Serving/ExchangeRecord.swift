internal import NIOCore
internal import NIOHTTP1

/// What is noted of an exchange for its summary.
struct ExchangeRecord {
    private let started = NIODeadline.now()
    private var headAt: NIODeadline?
    private var status: Int?
    var responseByteCount = 0

    mutating func answered(with status: HTTPResponseStatus) {
        headAt = .now()
        self.status = Int(status.code)
    }

    func summary(of machine: ExchangeMachine, _ end: ExchangeSummary.End) -> ExchangeSummary {
        ExchangeSummary(
            end: end, status: status, requestByteCount: machine.requestByteCount, responseByteCount: responseByteCount,
            timeToResponse: headAt.map { $0 - started }, duration: .now() - started, attempts: machine.attempts)
    }
}
