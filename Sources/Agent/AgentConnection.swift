internal import CPlatform
internal import Glibc
internal import Keystore
internal import SodiumCrypto

/// One client of the agent: a request comes in, its answer goes out, and so on. Never blocks.
final class AgentConnection {
    let descriptor: Int32
    /// Uptime of the last whole request; of the connection before the first.
    private(set) var active: Double
    /// Whether a request was ever answered.
    private(set) var isKnown = false
    private var begun: Double?
    private var header: [UInt8] = []
    private var parts: [SecretValue] = []
    private var missing = 0
    private var output: (bytes: SecretValue, sent: Int)?

    /// Seconds in which a request that has begun must be there, and an answer taken.
    static let patience = 5.0

    init(_ descriptor: Int32, at now: Double) {
        self.descriptor = descriptor
        active = now
    }

    deinit { close(descriptor) }

    /// Whether it waits to send rather than to receive.
    var isSending: Bool { output != nil }
    /// Whether there is neither a part of a request nor of an answer.
    var isIdle: Bool { begun == nil }
    /// The uptime by which something must have happened.
    var deadline: Double? { begun.map { $0 + Self.patience } }

    /// What came of a step.
    enum Progress {
        /// Nothing can be done before the descriptor is ready again.
        case waiting
        /// A whole request is there.
        case request(AgentMessage)
        /// The connection is over.
        case over
    }

    /// Takes in what there is.
    func receive(at now: Double) -> Progress {
        while true {
            let wanted = header.count < AgentMessage.headerByteCount ? AgentMessage.headerByteCount - header.count : missing
            guard let part = read(min(wanted, 64 << 10)) else { return .over }
            guard part.count > 0 else { return .waiting }
            if begun == nil { begun = now }
            if header.count < AgentMessage.headerByteCount {
                header += part.reveal()
                guard header.count == AgentMessage.headerByteCount else { continue }
                guard let length = unsafe AgentMessage.length(header.span.bytes) else { return .over }
                missing = length
            } else {
                parts.append(part)
                missing -= part.count
            }
            // Very many small parts become one.
            if parts.count >= 64 { compact() }
            guard missing == 0, header.count == AgentMessage.headerByteCount else { continue }
            compact()
            guard let whole = parts.first, let message = try? AgentMessage(decoding: whole.bytes) else { return .over }
            parts = []
            header = []
            return .request(message)
        }
    }

    /// Begins to send an answer.
    ///
    /// - Returns: false if the connection is over.
    func send(_ answer: AgentMessage, at now: Double) -> Bool {
        guard let bytes = try? answer.encoded() else { return false }
        output = (SecretValue(bytes), 0)
        begun = now
        return flush(at: now)
    }

    /// Sends as much as goes.
    ///
    /// - Returns: false if the connection is over.
    func flush(at now: Double) -> Bool {
        while let (bytes, sent) = output {
            let count = bytes.bytes.withBytes { span in
                unsafe span.withUnsafeBytes { buffer in
                    unsafe Glibc.send(
                        descriptor, UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress, buffer.count - sent,
                        Int32(MSG_NOSIGNAL))
                }
            }
            guard count >= 0 else { return errno == EAGAIN || errno == EINTR }
            output = sent + count == bytes.count ? nil : (bytes, sent + count)
        }
        isKnown = true
        active = now
        begun = nil
        return true
    }

    private func compact() {
        guard parts.count > 1, let joined = try? SecretValue.joined(parts) else { return }
        parts = [joined]
    }

    /// Up to `maximum` bytes: none if there are none yet, nil at the end.
    private func read(_ maximum: Int) -> SecretValue? {
        var count = 0
        var failure: Int32 = 0
        let part = try? SecretBytes(capacity: maximum) { span in
            unsafe span.withUnsafeMutableBytes { buffer, initialized in
                count = unsafe recv(descriptor, buffer.baseAddress, maximum, 0)
                if count > 0 { initialized = count } else if count < 0 { failure = errno }
            }
        }
        guard let part, count > 0 || failure == EAGAIN || failure == EINTR else { return nil }
        return SecretValue(part)
    }
}
